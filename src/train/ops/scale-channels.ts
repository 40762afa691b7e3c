// A weight times a factor per output channel: W * gamma / sigma of ConvBn QAT.
import * as tf from '@tensorflow/tfjs';
import type { GradSaver } from '../../device/run-kernel';

/** w [..., C] * factor [C]; gradients flow to both. */
export function scaleChannels<T extends tf.Tensor>(w: T, factor: tf.Tensor1D): T {
  const op = tf.customGrad((...args) => {
    const [weight, k, save] = args as [tf.Tensor, tf.Tensor1D, GradSaver];
    save([weight, k]);
    return {
      value: tf.mul(weight, k),
      gradFunc: (dy: tf.Tensor, [weight, k]: tf.Tensor[]) => [
        tf.mul(dy, k),
        tf.sum(tf.mul(dy, weight).reshape([-1, k.size]), 0),
      ],
    };
  });
  return op(w, factor) as T;
}
