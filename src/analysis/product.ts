// One output of a layer with weights, walked through: each product of codes, their sum, and how it becomes a code again.
// The formulas are those of src/int8/ops/weighted.ts, taken apart to be read. Not for computing whole layers.
import { roundHalfEven } from '../core/rounding';
import { ONE_PIXEL } from '../core/window';
import type { Int8Tensor, Int8WeightedOp } from '../int8/int8-model';
import { requantization } from '../int8/requantize';
import { clamp } from '../quant/fake-quant';

const f32 = Math.fround;

/** One product: an input's code less its zero point, times a weight's code. */
interface Term {
  /** Of the input. */
  readonly y: number;
  readonly x: number;
  readonly channel: number;
  readonly code: number;
  readonly weight: number;
  readonly product: number;
}

export interface Walk {
  /** Those that are not 0, the largest first; padding counts as 0. */
  readonly terms: readonly Term[];
  /** Products that the output has, those with padding and those that are 0 among them. */
  readonly count: number;
  readonly sum: number;
  readonly inputScale: number;
  readonly inputZeroPoint: number;
  readonly weightScale: number;
  /** In real units, and in units of the sum. */
  readonly bias: number;
  readonly biasInSteps: number;
  /** inputScale * weightScale / outputScale, in float32 as requantization has it. */
  readonly multiplier: number;
  readonly outputScale: number;
  readonly zeroPoint: number;
  /** Before it is clamped to low..high. */
  readonly unclamped: number;
  readonly low: number;
  readonly high: number;
  readonly code: number;
}

/** Where an output stands in its map. */
export interface Position {
  readonly y: number;
  readonly x: number;
  readonly channel: number;
}

/**
 * code = clamp(RNE((sum + bias / (sx sw)) * (sx sw / sy)) + z), with a ReLU clamped at z from below: see requantization.
 * @param codes of the input, NHWC
 */
export function walk(op: Int8WeightedOp, input: Int8Tensor, output: Int8Tensor, codes: Uint8Array, at: Position): Walk {
  const { weights } = op;
  const { kernel, stride, pad } = op.op === 'conv' ? op : ONE_PIXEL;
  const terms: Term[] = [];
  let sum = 0;
  for (let ky = 0; ky < kernel; ky++)
    for (let kx = 0; kx < kernel; kx++) {
      const [y, x] = [at.y * stride - pad + ky, at.x * stride - pad + kx];
      if (y < 0 || x < 0 || y >= input.h || x >= input.w) continue;
      for (let channel = 0; channel < input.c; channel++) {
        const code = codes[(y * input.w + x) * input.c + channel];
        const weight = weights[((at.channel * kernel + ky) * kernel + kx) * input.c + channel];
        const product = (code - input.q.zeroPoint) * weight;
        sum += product;
        if (product !== 0) terms.push({ y, x, channel, code, weight, product });
      }
    }
  const factors = requantization(input.q.scale, op.weightScales, op.bias, output.q.scale);
  const [biasInSteps, multiplier] = [factors.bias[at.channel], factors.multiplier[at.channel]];
  const { scale: outputScale, zeroPoint, qmin, qmax } = output.q;
  const unclamped = roundHalfEven(f32(f32(f32(sum) + biasInSteps) * multiplier)) + zeroPoint;
  const low = op.op === 'conv' && op.relu ? zeroPoint : qmin;
  return {
    terms: terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)),
    count: kernel * kernel * input.c,
    ...{ sum, inputScale: input.q.scale, inputZeroPoint: input.q.zeroPoint, weightScale: op.weightScales[at.channel] },
    ...{ bias: op.bias[at.channel], biasInSteps, multiplier, outputScale, zeroPoint, unclamped, low, high: qmax },
    code: clamp(unclamped, low, qmax),
  };
}
