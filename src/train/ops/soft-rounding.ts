// Weights whose rounding is being learned: as they are for now, and one step of learning. The formulas: src/device/reference.
// Not for gradients by the soft weights: tfjs finds these.
import * as tf from '@tensorflow/tfjs';
import type { RoundingStepAttrs } from '../../device/contract';
import { hasKernel, runKernel } from '../../device/run-kernel';
import { adamStep } from '../optimizers/adam';

/** down + step * h(v), all of one shape */
export function softWeight<T extends tf.Tensor>(v: T, down: T, step: T): T {
  if (hasKernel('QatSoftWeight')) return runKernel('QatSoftWeight', { v, down, step }, {})[0] as T;
  return tf.tidy(() => tf.add(down, tf.mul(step, tf.clipByValue(stretched(tf.sigmoid(v)), 0, 1))));
}

/** What decides the roundings of a weight, and Adam's means. */
export interface RoundingVariables {
  readonly v: tf.Variable;
  readonly mean: tf.Variable;
  readonly square: tf.Variable;
}

/** To be called in a scope: changes the variables. @param g gradient of the loss by the soft weight */
export function roundingStep(
  { v, mean, square }: RoundingVariables,
  g: tf.Tensor,
  step: tf.Tensor,
  attrs: RoundingStepAttrs,
): void {
  if (hasKernel('QatRoundingStep')) {
    runKernel('QatRoundingStep', { v, mean, square, g, step }, attrs);
    return;
  }
  const { penalty, beta } = attrs;
  const sigmoid = tf.sigmoid(v);
  const raw = stretched(sigmoid);
  const slope = tf.mul(tf.mul(sigmoid, tf.sub(1, sigmoid)), 1.2);
  const within = tf.logicalAnd(tf.greaterEqual(raw, 0), tf.lessEqual(raw, 1));
  let gradient = tf.mul(g, step);
  if (penalty > 0) {
    const lean = tf.sub(tf.mul(tf.clipByValue(raw, 0, 1), 2), 1);
    const powered = tf.mul(tf.pow(tf.abs(lean), beta - 1), tf.sign(lean));
    gradient = tf.add(gradient, tf.mul(powered, -2 * penalty * beta));
  }
  const inside = tf.mul(gradient, tf.mul(slope, tf.cast(within, 'float32')));
  adamStep({ w: v, mean, square }, inside, { ...attrs, weightDecay: 0 });
}

const stretched = (sigmoid: tf.Tensor): tf.Tensor => tf.sub(tf.mul(sigmoid, 1.2), 0.1);
