// What keeps weights from oscillating by pulling each to the value of its code: Nagel et al. 2022, section 4.2.
// Not for telling which oscillate: oscillations.ts.
import * as tf from '@tensorflow/tfjs';
import type { QuantizedWeight } from './quantized-weights';
import type { ForwardUpdates } from './train-forward';

/**
 * Gradient by the weight of strength * sum of (w^ - clip(w))^2, with w the weight times its factor, w^ what it is quantized to,
 * which has no gradient, and clip to the values of the outermost codes: 2 strength factor (clip(w) - w^), or 0 beyond them.
 * To be called in a scope. @param updates see QuantizedWeight @returns the weight's shape
 */
export function dampeningGradient(weight: QuantizedWeight, updates: ForwardUpdates, strength: number): tf.Tensor {
  const { scale, factor } = weight.steps(updates);
  const codes = tf.clipByValue(tf.mul(weight.variable, tf.div(factor, scale)), weight.qmin, weight.qmax);
  return tf.mul(tf.sub(codes, tf.round(codes)), tf.mul(tf.mul(scale, factor), 2 * strength));
}
