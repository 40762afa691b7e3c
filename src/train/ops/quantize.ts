// Observing and fake-quantizing as differentiable tfjs ops over the contract's kernels; of weights, with the factor per
// output channel that ConvBn QAT gives them. Not for qparams on the host: src/quant. The kernels: src/device.
import * as tf from '@tensorflow/tfjs';
import type { FakeQuantAttrs, FakeQuantLearnedAttrs, FakeQuantScaledAttrs } from '../../device/contract';
import { hasKernel, runKernel, type GradSaver } from '../../device/run-kernel';
import type { QuantRule, RangeObserver } from '../../quant/types';
import { observerAttrs, ruleOf } from '../kernel-attrs';
import { scaleChannels } from './scale-channels';

/**
 * The running range after x was seen; carries no gradient.
 * @param x [..., C]; @param range [2, 1] or [2, C], row 0 minima; (+Infinity, -Infinity) has seen nothing
 */
export function observe(x: tf.Tensor, range: tf.Tensor2D, spec: RangeObserver): tf.Tensor2D {
  return runKernel('QatObserveMinMax', { x, range }, observerAttrs(spec))[0] as tf.Tensor2D;
}

/** As observe, of x * factor: x [..., C], factor [C], range [2, 1] or [2, C]. */
export function observeScaled(x: tf.Tensor, factor: tf.Tensor1D, range: tf.Tensor2D, spec: RangeObserver): tf.Tensor2D {
  if (isWhole(range, factor) || !hasKernel('QatObserveScaled'))
    return tf.tidy(() => observe(tf.mul(x, factor), range, spec));
  return runKernel('QatObserveScaled', { x, factor, range }, observerAttrs(spec))[0] as tf.Tensor2D;
}

/** A running histogram: counts [bins] of equal bins over range [2]; (+Infinity, -Infinity) has seen nothing. */
export interface HistogramTensors<T extends tf.Tensor1D = tf.Tensor1D> {
  readonly counts: T;
  readonly range: T;
}

/** The running histogram after x, of any shape, was seen; carries no gradient. */
export function observeHistogram(x: tf.Tensor, { counts, range }: HistogramTensors): HistogramTensors {
  const [nextCounts, nextRange] = runKernel('QatObserveHistogram', { x, counts, range }, {}) as tf.Tensor1D[];
  return { counts: nextCounts, range: nextRange };
}

/**
 * Fake quantization over a range, with the straight-through gradient: dy where the code lies in [qmin, qmax], else 0.
 * @param x [..., C]; @param range [2, 1] or [2, C]; by scheme 'given' row 0 scales, row 1 zero points
 */
export function fakeQuant<T extends tf.Tensor>(x: T, range: tf.Tensor2D, attrs: FakeQuantAttrs): T {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, GradSaver];
    save([input, range]);
    return {
      value: runKernel('QatFakeQuant', { x: input, range }, attrs)[0],
      gradFunc: (dy: tf.Tensor, [saved, savedRange]: tf.Tensor[]) =>
        runKernel('QatFakeQuantGrad', { x: saved, dy, range: savedRange }, attrs)[0],
    };
  });
  return op(x) as T;
}

/**
 * As fakeQuant, by scales and zero points that get gradients too: straight through the rounding, see the contract.
 * @param x [..., C]; @param qparams [2, 1] or [2, C], row 0 scales, row 1 zero points
 */
export function fakeQuantLearned<T extends tf.Tensor>(x: T, qparams: tf.Tensor2D, attrs: FakeQuantLearnedAttrs): T {
  const { scheme, qmin, qmax, powerOfTwo } = attrs;
  const op = tf.customGrad((...args) => {
    const [x, qparams, save] = args as [tf.Tensor, tf.Tensor, GradSaver];
    save([x, qparams]);
    return {
      value: runKernel('QatFakeQuant', { x, range: qparams }, { scheme, qmin, qmax, powerOfTwo })[0],
      gradFunc: (dy: tf.Tensor, [x, qparams]: tf.Tensor[]) =>
        runKernel('QatFakeQuantLearnedGrad', { x, dy, qparams }, attrs),
    };
  });
  return op(x, qparams) as T;
}

/** Whether a range is of a whole tensor that has a factor for each channel: the kernels that multiply have ranges for each. */
const isWhole = (range: tf.Tensor2D, factor: tf.Tensor1D): boolean => range.shape[1] !== factor.size;

/**
 * As fakeQuant, of x * factor: x [..., C], factor [C], range [2, 1] or [2, C]; gradients flow to both.
 * @param taps x is a filter of which only these taps are read, see FakeQuantScaledAttrs
 */
export function fakeQuantScaled<T extends tf.Tensor>(
  x: T,
  factor: tf.Tensor1D,
  range: tf.Tensor2D,
  spec: QuantRule,
  taps?: readonly number[],
): T {
  if (isWhole(range, factor) || !hasKernel('QatFakeQuantScaled'))
    return fakeQuant(scaleChannels(x, factor), range, ruleOf(spec));
  const attrs: FakeQuantScaledAttrs = { ...ruleOf(spec), taps };
  const op = tf.customGrad((...args) => {
    const [x, factor, save] = args as [tf.Tensor, tf.Tensor, GradSaver];
    save([x, factor, range]);
    return {
      value: runKernel('QatFakeQuantScaled', { x, factor, range }, attrs)[0],
      gradFunc: (dy: tf.Tensor, [x, factor, range]: tf.Tensor[]) =>
        runKernel('QatFakeQuantScaledGrad', { x, dy, factor, range }, attrs),
    };
  });
  return op(x, factor) as T;
}
