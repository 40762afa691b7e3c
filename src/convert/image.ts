// The two ends of an Int8Model where floats are known: image bytes to codes, codes to logits.
// Not for reading images or for choosing a class.
import { PlaygroundError } from '../core/errors';
import { normalisedBytes, type ImageSpec } from '../core/image-spec';
import { dequantize, quantizeActivation } from '../quant/fake-quant';
import type { Int8Model } from '../int8/int8-model';

/** For every model used, the code of every byte in every channel; and the images it is of. */
const tables = new WeakMap<Int8Model, { readonly spec: ImageSpec; readonly codes: Uint8Array }>();

/**
 * Normalises and quantizes images exactly as torchvision and torch.quantize_per_tensor do.
 * @param pixels n images, NHWC bytes of the model's input size
 * @returns n images of codes of tensors[0], NHWC
 * @throws PlaygroundError when the number of bytes does not fit
 */
export function imageCodes(pixels: Uint8Array, n: number, model: Int8Model, spec: ImageSpec): Uint8Array {
  const { h, w, c } = model.tensors[0];
  if (pixels.length !== n * h * w * c || c !== spec.c)
    throw new PlaygroundError(
      'bad-argument',
      `${pixels.length} bytes are not ${n} images of ${h} x ${w} x ${c}.`,
      `This network takes images of ${h} x ${w} pixels and ${c} channels.`,
    );
  const table = codesOfBytes(model, spec);
  const codes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += c)
    for (let channel = 0; channel < c; channel++) codes[i + channel] = table[pixels[i + channel] * c + channel];
  return codes;
}

function codesOfBytes(model: Int8Model, spec: ImageSpec): Uint8Array {
  const known = tables.get(model);
  if (known?.spec === spec) return known.codes;
  const codes = quantizeActivation(normalisedBytes(spec), model.tensors[0].q);
  tables.set(model, { spec, codes });
  return codes;
}

/** The float32 logits of output codes, as torch's DeQuantStub gives them. */
export function dequantizeOutput(codes: Uint8Array, model: Int8Model): Float32Array {
  return dequantize(codes, model.tensors[model.ops[model.ops.length - 1].output].q);
}
