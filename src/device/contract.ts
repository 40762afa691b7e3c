// What kernels take and give: inputs, attributes and outputs of each, by the name under which tfjs's registry knows it. A
// backend's table, and every call, is checked against these types by the compiler. Layout NHWC; channels are the last axis;
// float32. A kernel that throws (lost device or thread, exhausted memory) may leave its outputs, and inputs that it
// changes, half written: it is never repeated; the backend is made anew and the work begins again from what is kept on the
// host. Not for gradients' wiring: src/train/ops does that with tf.customGrad.
//
// A NaN is never lost on its way to the logits, which are read at every step: that is how training hears of it, wherever
// it arose. Sums and products hand it on by themselves. What compares has to take care: the least and the greatest of
// values with a NaN among them are NaN (observers, MaxPool), a ReLU or a clamp of NaN is NaN. Infinity compares as a number
// does.

import type { QuantRule } from '../quant/types';
import type { ConvAttrs } from './conv-shape';
import type { PoolAttrs } from './pool-shape';

/** Inputs by name (or a list of them), attributes, and the new tensors that come out, in order. */
interface Signature<Inputs, Attrs, Outputs extends readonly unknown[]> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly outputs: Outputs;
}

/** Kernels that every backend has. @typeParam T one of its tensors */
interface RequiredKernels<T> {
  /**
   * Running range of a tensor. x [..., C], range [2, 1] (per tensor) or [2, C] (per channel, last axis); row 0 minima, row
   * 1 maxima. A range of (+Infinity, -Infinity) has seen nothing: the result is x's own min/max, both NaN where a value
   * is. Otherwise range + c * (minmax(x) - range) for 'average', element-wise min/max for 'extreme': an end that is NaN
   * stays so. Output: the new range, same shape.
   */
  QatObserveMinMax: Signature<{ x: T; range: T }, ObserveMinMaxAttrs, [range: T]>;

  /**
   * Running histogram of a tensor over all values seen, by torch/ao/quantization/observer.py, HistogramObserver.forward
   * (src/quant/histogram-observer.ts). x of any shape, counts [bins], range [2] of the bins' ends; a range of (+Infinity,
   * -Infinity) has seen nothing. Infinite values are left out, and a NaN makes the new range NaN.
   */
  QatObserveHistogram: Signature<{ x: T; counts: T; range: T }, NoAttrs, [counts: T, range: T]>;

  /**
   * Fake quantization with qparams from the range by PyTorch's observer rule (src/quant/qparams.ts, scaleAndZeroPoint) in
   * float32. x [..., C], range [2, 1] or [2, C]; with scheme 'given' it is no range but the qparams themselves, row 0
   * scales, row 1 zero points, which count rounded to even and clamped to the codes. With powerOfTwo every scale counts
   * rounded up to a power of two. Output: (clamp(zp + RNE(x * (1/s)), qmin, qmax) - zp) * s; NaN all over where an end of the
   * range is not finite, or its scale above LARGEST_SCALE. A range that has seen nothing is an error in the program: thrown
   * where ranges lie on the host (cpu, wasm), NaN on a GPU.
   */
  QatFakeQuant: Signature<{ x: T; range: T }, FakeQuantAttrs, [y: T]>;
  /** dx = dy where qmin <= zp + RNE(x * (1/s)) <= qmax, else 0. */
  QatFakeQuantGrad: Signature<{ x: T; dy: T; range: T }, FakeQuantAttrs, [dx: T]>;
  /**
   * Gradients of QatFakeQuant by scheme 'given' to x and to its qparams [2, 1] or [2, C], which are learned: LSQ, by
   * torch/ao/quantization/_learnable_fake_quantize.py. dx as QatFakeQuantGrad's. dscale = gradientScale * sum of dy * (y -
   * x) / s where the code is in range, dy * (qmin - zp) below and dy * (qmax - zp) above; dzp = gradientScale * sum of
   * -dy * s out of range, or 0 where zero points are not learned. s is the scale that counts: the gradient passes straight
   * through its rounding up.
   */
  QatFakeQuantLearnedGrad: Signature<{ x: T; dy: T; qparams: T }, FakeQuantLearnedAttrs, [dx: T, dqparams: T]>;

  /**
   * Batch norm of u = z / divisor, with ReLU if asked: y = [relu](gain * (u - mean) / sqrt(var + eps) + offset).
   * z [N,H,W,C], the others [C]; frozen: mean and variance are used, else the batch's own (biased variance) are. Outputs
   * mean and variance are those of u, as used.
   */
  QatBatchNorm: Signature<
    Record<'z' | 'divisor' | 'gain' | 'offset' | 'mean' | 'variance', T>,
    BatchNormAttrs,
    [y: T, mean: T, variance: T]
  >;
  /**
   * y as it came out, mean and variance as used. Not frozen: gradients flow through the batch statistics. relu: dy counts
   * only where y > 0.
   */
  QatBatchNormGrad: Signature<
    Record<'z' | 'dy' | 'y' | 'divisor' | 'gain' | 'offset' | 'mean' | 'variance', T>,
    BatchNormAttrs,
    [dz: T, ddivisor: T, dgain: T, doffset: T]
  >;

  /**
   * PyTorch's SGD over all parameters at once and in place: g += wd*w; v = momentum*v + g; w -= lr*v. A list like Concat's:
   * v [velocityLayout(...).size], then w and g of each parameter, one shape. w and v are changed. The rates may change at
   * every step, so they must not be baked into a shader.
   */
  QatSgdMomentum: Signature<readonly T[], SgdAttrs, []>;

  /** tfjs's, but the maximum of a window that holds a NaN is NaN. */
  MaxPool: Signature<{ x: T }, PoolAttrs, [y: T]>;
}

/** Kernels that a backend may leave out: src/train/ops then composes them of others. */
interface OptionalKernels<T> {
  /** QatObserveMinMax of x * factor, which no backend needs to store: a weight times its factor [C]; range [2, C]. */
  QatObserveScaled: Signature<{ x: T; factor: T; range: T }, ObserveMinMaxAttrs, [range: T]>;
  /** QatFakeQuant of the same. */
  QatFakeQuantScaled: Signature<{ x: T; factor: T; range: T }, FakeQuantScaledAttrs, [y: T]>;
  /** Gradients of x and factor, dfactor summed over all axes but the last; dx may take the memory of dy, which is used up. */
  QatFakeQuantScaledGrad: Signature<{ x: T; dy: T; factor: T; range: T }, FakeQuantScaledAttrs, [dx: T, dfactor: T]>;

  /**
   * PyTorch's running statistics after a batch, all [C]: mean * (1 - momentum) + batchMean * momentum, the same of variance
   * with batchVariance * unbiased.
   */
  QatRunningStatistics: Signature<
    Record<'mean' | 'variance' | 'batchMean' | 'batchVariance', T>,
    RunningStatisticsAttrs,
    [mean: T, variance: T]
  >;

  /**
   * ConvBn QAT's factor per channel, all [C]: gain / sqrt(variance + eps) and, as slope, its derivative by gain; where the
   * factor's magnitude is below `smallest`, [smallest, 0].
   */
  QatScaleFactor: Signature<{ gain: T; variance: T }, ScaleFactorAttrs, [factor: T, slope: T]>;

  /**
   * One step of torch.optim.Adam with its defaults (src/train/optimizers/adam.ts), all of one shape; w and both means are
   * changed. The rates change at every step, so they must not be baked into a shader.
   */
  QatAdam: Signature<Record<'w' | 'mean' | 'square' | 'g', T>, AdamAttrs, []>;

  /** Weights between two codes each: down + step * h, h = clamp(1.2 * sigmoid(v) - 0.1, 0, 1). All of one shape. */
  QatSoftWeight: Signature<{ v: T; down: T; step: T }, NoAttrs, [y: T]>;
  /**
   * One step of Adam on what decides those roundings, all of one shape; v and both means are changed. Its gradient is that
   * of a loss, of which g is the gradient by y, and of penalty * sum(1 - |2h - 1|^beta). The rates change at every step, so
   * they must not be baked into a shader.
   */
  QatRoundingStep: Signature<Record<'v' | 'mean' | 'square' | 'g' | 'step', T>, RoundingStepAttrs, []>;
}

/** tfjs's own, under its names and signatures: a backend may put ours in their place, for some calls or for all. */
interface ReplacedKernels<T> {
  /** x [n,h,w,ci], filter [kh,kw,ci,co] -> [n,oh,ow,co]. */
  Conv2D: Signature<{ x: T; filter: T }, ConvAttrs, [y: T]>;
  /** Conv2D plus bias [co] if any, through an activation. */
  FusedConv2D: Signature<
    { x: T; filter: T; bias?: T; preluActivationWeights?: T },
    ConvAttrs & { readonly activation?: string },
    [y: T]
  >;
  Conv2DBackpropInput: Signature<{ dy: T; filter: T }, ConvAttrs & { readonly inputShape: number[] }, [dx: T]>;
  Conv2DBackpropFilter: Signature<{ x: T; dy: T }, ConvAttrs & { readonly filterShape: number[] }, [dfilter: T]>;
  /** The whole gradient of a window goes to its first maximum in row-major order, as in PyTorch. */
  MaxPoolGrad: Signature<{ dy: T; input: T; output: T }, PoolAttrs, [dx: T]>;
  Relu: Signature<{ x: T }, NoAttrs, [y: T]>;
  Identity: Signature<{ x: T }, NoAttrs, [y: T]>;
}

export type KernelTypes<T> = RequiredKernels<T> & OptionalKernels<T> & ReplacedKernels<T>;
export type KernelName = keyof KernelTypes<unknown>;
export type OptionalKernel = keyof OptionalKernels<unknown>;

/**
 * A kernel on a backend B, from tensors T to tensors Out; one that replaces tfjs's own gives null for calls that it leaves
 * to that.
 */
export type Kernel<K extends KernelName, B, T, Out = T> = (
  inputs: KernelTypes<T>[K]['inputs'],
  attrs: KernelTypes<T>[K]['attrs'],
  backend: B,
) => KernelTypes<Out>[K]['outputs'] | (K extends keyof ReplacedKernels<T> ? null : never);

/** A backend's table of kernels. */
export type Kernels<B, T, Out = T> = { readonly [K in keyof RequiredKernels<T>]: Kernel<K, B, T, Out> } & {
  readonly [K in keyof OptionalKernels<T> | keyof ReplacedKernels<T>]?: Kernel<K, B, T, Out>;
};

type NoAttrs = object;

export interface ObserveMinMaxAttrs {
  readonly mode: 'average' | 'extreme';
  readonly c: number;
}

export type FakeQuantAttrs =
  QuantRule | (Pick<QuantRule, 'qmin' | 'qmax' | 'powerOfTwo'> & { readonly scheme: 'given' });

export interface FakeQuantLearnedAttrs extends Pick<QuantRule, 'qmin' | 'qmax' | 'powerOfTwo'> {
  readonly scheme: 'given';
  /** LSQ's 1 / sqrt(N * qmax), N the values that share a scale. */
  readonly gradientScale: number;
  /** false: zero points stay as they are. */
  readonly learnsZeroPoint: boolean;
}

export type FakeQuantScaledAttrs = FakeQuantAttrs & {
  /**
   * x is a filter [kh, kw, ci, C] of which only these taps (row-major) are wanted: at others the output may hold
   * anything, and dy is 0. Absent: all are.
   */
  readonly taps?: readonly number[];
};

export interface BatchNormAttrs {
  readonly eps: number;
  readonly relu: boolean;
  readonly frozen: boolean;
}

export interface RunningStatisticsAttrs {
  readonly momentum: number;
  /** n / (n - 1): from the batch's biased variance to what PyTorch keeps. */
  readonly unbiased: number;
}

export interface ScaleFactorAttrs {
  readonly eps: number;
  readonly smallest: number;
}

export interface AdamRates {
  /** The learning rate over 1 - b1^t, and sqrt(1 - b2^t), at step t from 1 on. */
  readonly rate: number;
  readonly correction: number;
}

export interface AdamAttrs extends AdamRates {
  readonly weightDecay: number;
}

export interface RoundingStepAttrs extends AdamRates {
  /** 0: there is none, and beta does not count. */
  readonly penalty: number;
  /** At least 1. */
  readonly beta: number;
}

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

/** One parameter in QatSgdMomentum's list. */
export interface SgdParameter<T> {
  readonly w: T;
  readonly g: T;
  /** Floats, and the floats of v before its velocity. */
  readonly size: number;
  readonly offset: number;
}

/** QatSgdMomentum's list taken apart. @param sizeOf floats of an entry */
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
