// The plain integer engine: an Int8Model computed straight from the formulas, operation by operation.
// The measure of every faster engine, clear and exact rather than fast. Not for floats.
import type { Int8Add, Int8Conv, Int8Linear, Int8MaxPool, Int8Model, Int8Op, Int8Tensor } from '../int8/int8-model';
import { validateInt8Model } from '../int8/validate';
import type { QParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';
import { dequantization, requantization } from './requantize';
import type { Int8Engine } from './types';

const f32 = Math.fround;

/** Computes one operation's output codes from its inputs' codes, one image each, NHWC. */
type Layer = (...inputs: Uint8Array[]) => Uint8Array;

/** @throws PlaygroundError when the model is malformed */
export function createReferenceEngine(model: Int8Model): Int8Engine {
  validateInt8Model(model);
  const layers = model.ops.map((op) => layerOf(op, model.tensors));
  const imageSize = size(model.tensors[0]);
  const last = model.ops[model.ops.length - 1];
  const classes = size(model.tensors[last.output]);

  const trace = (codes: Uint8Array): Uint8Array[] => {
    const values: Uint8Array[] = [codes];
    return model.ops.map((op, i) => (values[op.output] = layers[i](...op.inputs.map((input) => values[input]))));
  };
  return {
    description: 'reference',
    threads: 1,
    run(codes, n) {
      const outputs = new Uint8Array(n * classes);
      for (let i = 0; i < n; i++) {
        const results = trace(codes.subarray(i * imageSize, (i + 1) * imageSize));
        outputs.set(results[results.length - 1], i * classes);
      }
      return outputs;
    },
    trace,
    dispose: () => undefined,
  };
}

const size = ({ h, w, c }: Int8Tensor): number => h * w * c;
const clamp = (code: number, low: number, high: number): number => Math.min(Math.max(code, low), high);

function layerOf(op: Int8Op, tensors: readonly Int8Tensor[]): Layer {
  const input = tensors[op.inputs[0]];
  const output = tensors[op.output];
  switch (op.op) {
    case 'conv':
      return weighted(op, op, input, output);
    case 'linear':
      return weighted(op, { kernel: 1, stride: 1, pad: 0, relu: false }, input, output);
    case 'maxpool':
      return maxPool(op, input, output);
    case 'add':
      return add(op, input.q, tensors[op.inputs[1]].q, output.q);
    case 'relu':
      return (codes) => codes.map((code) => Math.max(code, output.q.zeroPoint));
    case 'avgpool':
      return averagePool(input);
  }
}

/**
 * Convolution, and linear as a 1x1 convolution of one pixel: exact integer sums of (code - zeroPoint) * weight, padding
 * counting as zero; then fbgemm's requantization.
 */
function weighted(
  op: Int8Conv | Int8Linear,
  { kernel, stride, pad, relu }: Pick<Int8Conv, 'kernel' | 'stride' | 'pad' | 'relu'>,
  input: Int8Tensor,
  output: Int8Tensor,
): Layer {
  const { weights } = op;
  const { bias, multiplier } = requantization(input.q.scale, op.weightScales, op.bias, output.q.scale);
  const { zeroPoint, qmin, qmax } = output.q;
  const low = relu ? zeroPoint : qmin;
  const { h, w, c: cin } = input;
  return (codes) => {
    const x = Int32Array.from(codes, (code) => code - input.q.zeroPoint);
    const out = new Uint8Array(size(output));
    let at = 0;
    for (let oy = 0; oy < output.h; oy++)
      for (let ox = 0; ox < output.w; ox++) {
        const [top, left] = [oy * stride - pad, ox * stride - pad];
        const [firstY, lastY] = [Math.max(0, -top), Math.min(kernel, h - top)];
        const [firstX, lastX] = [Math.max(0, -left), Math.min(kernel, w - left)];
        for (let channel = 0; channel < output.c; channel++) {
          let sum = 0;
          for (let ky = firstY; ky < lastY; ky++) {
            // A row of taps is one run of pixels and of weights.
            let xi = ((top + ky) * w + left + firstX) * cin;
            let wi = ((channel * kernel + ky) * kernel + firstX) * cin;
            for (const end = xi + (lastX - firstX) * cin; xi < end; xi++, wi++)
              sum = (sum + Math.imul(x[xi], weights[wi])) | 0;
          }
          const scaled = f32(f32(f32(sum) + bias[channel]) * multiplier[channel]);
          out[at++] = clamp(roundHalfEven(scaled) + zeroPoint, low, qmax);
        }
      }
    return out;
  };
}

/** The largest code of each window, which is clipped to the map. */
function maxPool({ kernel, stride, pad }: Int8MaxPool, { h, w, c }: Int8Tensor, output: Int8Tensor): Layer {
  return (codes) => {
    const out = new Uint8Array(size(output));
    for (let oy = 0; oy < output.h; oy++)
      for (let ox = 0; ox < output.w; ox++) {
        const [top, left] = [oy * stride - pad, ox * stride - pad];
        const at = (oy * output.w + ox) * c;
        for (let y = Math.max(0, top); y < Math.min(h, top + kernel); y++)
          for (let x = Math.max(0, left); x < Math.min(w, left + kernel); x++)
            for (let channel = 0; channel < c; channel++)
              out[at + channel] = Math.max(out[at + channel], codes[(y * w + x) * c + channel]);
      }
    return out;
  };
}

/** Both inputs dequantized by one multiply-add, added, (ReLU), requantized half to even, all in float32. */
function add({ relu }: Int8Add, a: QParams, b: QParams, q: QParams): Layer {
  const [fromA, fromB] = [dequantization(a), dequantization(b)];
  const inverse = f32(1 / q.scale);
  return (codesA, codesB) =>
    codesA.map((code, i) => {
      const sum = f32(f32(code * fromA.scale + fromA.bias) + f32(codesB[i] * fromB.scale + fromB.bias));
      const real = relu ? Math.max(sum, 0) : sum;
      return clamp(roundHalfEven(f32(real * inverse)) + q.zeroPoint, q.qmin, q.qmax);
    });
}

/** RNE of the sum of codes times the float32 inverse of the number of pixels, as PyTorch 2.13 on contiguous maps. */
function averagePool({ h, w, c }: Int8Tensor): Layer {
  const inverse = f32(1 / (h * w));
  return (codes) =>
    Uint8Array.from({ length: c }, (_, channel) => {
      let sum = 0;
      for (let i = channel; i < codes.length; i += c) sum += codes[i];
      return roundHalfEven(f32(f32(sum) * inverse));
    });
}
