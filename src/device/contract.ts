// Names, inputs, attributes and outputs of the kernels we register into tfjs, beyond tfjs's own Conv2D,
// Conv2DBackpropInput, Conv2DBackpropFilter and MaxPool (overridden under their stock names and signatures).
// Each backend folder (webgpu, wasm) implements all of them. Layout NHWC; channels are the last axis; float32.
// A kernel that throws (lost device or thread, exhausted memory) may leave its outputs, and inputs that it changes, half
// written: it is never repeated; the backend is made anew and the work begins again from what is kept on the host.
// Not for gradients' wiring: src/train/ops does that with tf.customGrad.
//
// A NaN is never lost on its way to the logits, which are read at every step: that is how training hears of it, wherever
// it arose. Sums and products hand it on by themselves. What compares has to take care: the least and the greatest of
// values with a NaN among them are NaN (observers, MaxPool), a ReLU or a clamp of NaN is NaN. Infinity compares as a number
// does.

import type { QuantRule } from '../quant/types';

/**
 * Running range of a tensor. Inputs: x [..., C], range [2, 1] (per tensor) or [2, C] (per channel, last axis);
 * row 0 minima, row 1 maxima. A range of (+Infinity, -Infinity) has seen nothing: the result is x's own min/max, both NaN
 * where a value is. Otherwise range + c * (minmax(x) - range) for 'average', element-wise min/max for 'extreme': an end
 * that is NaN stays so.
 * Output: the new range, same shape.
 */
export const OBSERVE_MINMAX = 'QatObserveMinMax';
export interface ObserveMinMaxAttrs {
  readonly mode: 'average' | 'extreme';
  readonly c: number;
}

/**
 * Running histogram of a tensor over all values seen, by torch/ao/quantization/observer.py, HistogramObserver.forward
 * (src/quant/histogram-observer.ts). Inputs: x of any shape, counts [bins], range [2] of the bins' ends; a range of
 * (+Infinity, -Infinity) has seen nothing. Outputs: [counts, range], new; infinite values are left out, and a NaN makes
 * the range NaN. No attributes.
 */
export const OBSERVE_HISTOGRAM = 'QatObserveHistogram';

/**
 * Fake quantization with qparams from the range by PyTorch's observer rule (src/quant/qparams.ts, scaleAndZeroPoint) in
 * float32. Inputs: x [..., C], range [2, 1] or [2, C]; with scheme 'given' it is no range but the qparams themselves, row 0
 * scales, row 1 zero points. Output: (clamp(zp + RNE(x * (1/s)), qmin, qmax) - zp) * s; NaN all over where an end of the
 * range is not finite, or its scale above LARGEST_SCALE. A range that has seen nothing is an error in the program: thrown
 * where ranges lie on the host (cpu, wasm), NaN on a device.
 */
export const FAKE_QUANT = 'QatFakeQuant';
/** Inputs: x, dy, range. Output: dx = dy where qmin <= zp + RNE(x * (1/s)) <= qmax, else 0. */
export const FAKE_QUANT_GRAD = 'QatFakeQuantGrad';
export type FakeQuantAttrs = QuantRule | (Pick<QuantRule, 'qmin' | 'qmax'> & { readonly scheme: 'given' });

/**
 * The three for x * factor, which no backend needs to store: a weight times its factor per output channel. Inputs also
 * have factor [C], range is [2, C]; FAKE_QUANT_SCALED_GRAD's outputs are [dx, dfactor], of x and factor, dfactor summed
 * over all axes but the last; dx may take the memory of dy, which is used up. A backend may leave them out:
 * src/train/ops then multiplies first.
 */
export const OBSERVE_SCALED = 'QatObserveScaled';
export const FAKE_QUANT_SCALED = 'QatFakeQuantScaled';
export const FAKE_QUANT_SCALED_GRAD = 'QatFakeQuantScaledGrad';
export type FakeQuantScaledAttrs = FakeQuantAttrs & {
  /**
   * x is a filter [kh, kw, ci, C] of which only these taps (row-major) are wanted: at others the output may hold
   * anything, and dy is 0. Absent: all are.
   */
  readonly taps?: readonly number[];
};

/**
 * Batch norm of u = z / divisor, with ReLU if asked: y = [relu](gain * (u - mean) / sqrt(var + eps) + offset).
 * Inputs: z [N,H,W,C], divisor, gain, offset, mean, variance, each [C]; frozen: mean and variance are used,
 * else the batch's own (biased variance) are. Outputs: [y, mean, variance] of u, as used.
 */
export const BATCH_NORM = 'QatBatchNorm';
/**
 * Inputs: z, dy, y, divisor, gain, offset, mean, variance (as used). Outputs: [dz, ddivisor, dgain, doffset].
 * Not frozen: gradients flow through the batch statistics. relu: dy counts only where y > 0.
 */
export const BATCH_NORM_GRAD = 'QatBatchNormGrad';
export interface BatchNormAttrs {
  readonly eps: number;
  readonly relu: boolean;
  readonly frozen: boolean;
}

/**
 * PyTorch's running statistics after a batch. Inputs: mean, variance (running), batchMean, batchVariance, each [C].
 * Outputs: [mean, variance], mean * (1 - momentum) + batchMean * momentum, the same of variance with batchVariance *
 * unbiased. A backend may leave it out: src/train/ops composes it.
 */
export const RUNNING_STATISTICS = 'QatRunningStatistics';
export interface RunningStatisticsAttrs {
  readonly momentum: number;
  /** n / (n - 1): from the batch's biased variance to what PyTorch keeps. */
  readonly unbiased: number;
}

/**
 * ConvBn QAT's factor per channel. Inputs: gain, variance [C]. Outputs: [factor, slope]: gain / sqrt(variance + eps) and
 * its derivative by gain; where the factor's magnitude is below `smallest`, [smallest, 0]. A backend may leave it out.
 */
export const SCALE_FACTOR = 'QatScaleFactor';
export interface ScaleFactorAttrs {
  readonly eps: number;
  readonly smallest: number;
}

/**
 * PyTorch's SGD over all parameters at once and in place: g += wd*w; v = momentum*v + g; w -= lr*v. Inputs, as a list like
 * Concat's: v [velocityLayout(...).size], then w and g of each parameter, one shape. w and v are changed; no outputs.
 * The rates may change at every step, so they must not be baked into a shader.
 */
export const SGD_MOMENTUM = 'QatSgdMomentum';
export interface SgdAttrs {
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Where each parameter's velocity begins in v: one after the other, each filled up to a multiple of four floats. */
export function velocityLayout(sizes: readonly number[]): { offsets: number[]; size: number } {
  let size = 0;
  const offsets = sizes.map((length) => {
    const offset = size;
    size += Math.ceil(length / 4) * 4;
    return offset;
  });
  return { offsets, size };
}

/** One parameter in SGD_MOMENTUM's list. */
export interface SgdParameter<T> {
  readonly w: T;
  readonly g: T;
  /** Floats, and the floats of v before its velocity. */
  readonly size: number;
  readonly offset: number;
}

/** SGD_MOMENTUM's list taken apart. @param sizeOf floats of an entry */
export function sgdParameters<T>(
  [v, ...rest]: readonly T[],
  sizeOf: (entry: T) => number,
): { v: T; velocities: number; parameters: SgdParameter<T>[] } {
  const weights = rest.filter((_, i) => i % 2 === 0);
  const sizes = weights.map(sizeOf);
  const { offsets, size: velocities } = velocityLayout(sizes);
  const parameters = weights.map((w, p) => ({ w, g: rest[2 * p + 1], size: sizes[p], offset: offsets[p] }));
  return { v, velocities, parameters };
}
