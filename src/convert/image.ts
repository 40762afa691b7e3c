// The two ends of an Int8Model where floats are known: image bytes to codes, codes to logits.
// Not for reading images or for choosing a class.
import { PlaygroundError } from '../core/errors';
import { NORMALISED } from '../core/normalisation';
import { dequantize, quantizeActivation } from '../quant/fake-quant';
import type { Int8Model } from '../int8/int8-model';

/** For every model used, the code of every byte in every channel. */
const tables = new WeakMap<Int8Model, Uint8Array>();

/**
 * Normalises and quantizes images exactly as torchvision and torch.quantize_per_tensor do.
 * @param pixels n RGB images, NHWC bytes of the model's input size
 * @returns n images of codes of tensors[0], NHWC
 * @throws PlaygroundError when the number of bytes does not fit
 */
export function imageCodes(pixels: Uint8Array, n: number, model: Int8Model): Uint8Array {
  const { h, w, c } = model.tensors[0];
  if (pixels.length !== n * h * w * c || c !== 3)
    throw new PlaygroundError(
      'bad-argument',
      `${pixels.length} bytes are not ${n} images of ${h} x ${w} x ${c}.`,
      `This network takes ${h} x ${w} images with three channels.`,
    );
  let table = tables.get(model);
  if (!table) tables.set(model, (table = quantizeActivation(NORMALISED, model.tensors[0].q)));
  const codes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    codes[i] = table[pixels[i] * 3];
    codes[i + 1] = table[pixels[i + 1] * 3 + 1];
    codes[i + 2] = table[pixels[i + 2] * 3 + 2];
  }
  return codes;
}

/** The float32 logits of output codes, as torch's DeQuantStub gives them. */
export function dequantizeOutput(codes: Uint8Array, model: Int8Model): Float32Array {
  return dequantize(codes, model.tensors[model.ops[model.ops.length - 1].output].q);
}
