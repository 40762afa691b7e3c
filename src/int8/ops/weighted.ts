// Operations with weights: convolution, and linear as a 1 x 1 convolution of one pixel. Their fields, check and integers.
import { BITS } from '../../core/qparams';
import { roundHalfEven } from '../../core/rounding';
import { whole } from '../../core/schema';
import type { Window } from '../../core/window';
import { isInteger, isScale, MAX_INT32, refuse, type Place } from '../checks';
import type { Int8Tensor, Int8WeightedOp } from '../int8-model';
import { requantization } from '../requantize';
import { neededBits } from '../weight-bits';
import { clamp, size, type Compute } from './definition';

const f32 = Math.fround;

const length = whole(0);
export const weightedFields = {
  weights: length,
  weightBits: whole(BITS.min, BITS.max),
  weightScales: length,
  bias: length,
};

export const WEIGHTED_ARRAYS = ['weights', 'weightScales', 'bias'] as const;

/** @param terms products that each output sums */
export function checkWeighted(op: Int8WeightedOp, { where, inputs: [input], output }: Place, terms: number): void {
  const { weights, weightBits, weightScales, bias } = op;
  const channels = output.c;
  if (weights.length !== channels * terms) refuse(where, `it has ${weights.length} weights, not ${channels * terms}`);
  if (!isInteger(weightBits, BITS.min, BITS.max)) refuse(where, `its weights have ${weightBits} bits`);
  const needed = neededBits(weights);
  if (needed > weightBits) refuse(where, `it has weights of ${needed} bits, not ${weightBits}`);
  if (weightScales.length !== channels || bias.length !== channels)
    refuse(where, `it has ${weightScales.length} weight scales and ${bias.length} biases, not ${channels}`);
  for (let channel = 0; channel < channels; channel++) {
    if (!isScale(weightScales[channel])) refuse(where, `the scale of channel ${channel} is ${weightScales[channel]}`);
    let reach = 0;
    for (let i = channel * terms; i < (channel + 1) * terms; i++) reach += Math.abs(weights[i]);
    // Engines may sum codes and subtract the zero point's part afterwards: both must fit.
    if (reach * 2 * input.q.qmax > MAX_INT32) refuse(where, `the sums of channel ${channel} can pass 32-bit integers`);
    const product = f32(input.q.scale * weightScales[channel]);
    const factors = [f32(bias[channel] / product), f32(product / output.q.scale)];
    // 2^96 leaves room for the product of an accumulator and the multiplier.
    if (product === 0 || !factors.every((factor) => Math.abs(factor) < 2 ** 96))
      refuse(where, `the scales or the bias of channel ${channel} leave float32's range`);
  }
}

/**
 * Exact integer sums of (code - zeroPoint) * weight, padding counting as zero; then fbgemm's requantization. ReLU clamps
 * at the output's zero point.
 */
export function computeWeighted(
  op: Int8WeightedOp,
  { kernel, stride, pad }: Window,
  relu: boolean,
  input: Int8Tensor,
  output: Int8Tensor,
): Compute {
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
