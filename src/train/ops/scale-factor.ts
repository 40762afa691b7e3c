// ConvBn QAT's factor per output channel, gamma / sigma of the running variance, kept away from 0.
import * as tf from '@tensorflow/tfjs';
import { hasKernel, runKernel, type GradSaver } from '../../device/run-kernel';
import { SMALLEST_FACTOR } from '../kernel-attrs';

/** k = gamma / sqrt(variance + eps) [C]; the gradient flows to gamma where k is not replaced. */
export function scaleFactor(gamma: tf.Tensor1D, variance: tf.Tensor1D, eps: number): tf.Tensor1D {
  const op = tf.customGrad((...args) => {
    const [gain, save] = args as [tf.Tensor1D, GradSaver];
    const gradFunc = (dy: tf.Tensor, [slope]: tf.Tensor[]) => tf.mul(dy, slope);
    if (hasKernel('QatScaleFactor')) {
      const [value, slope] = runKernel('QatScaleFactor', { gain, variance }, { eps, smallest: SMALLEST_FACTOR });
      save([slope]);
      return { value, gradFunc };
    }
    const sigma = tf.sqrt(tf.add(variance, eps));
    const factor = tf.div(gain, sigma);
    const tiny = tf.less(tf.abs(factor), SMALLEST_FACTOR);
    save([tf.where(tiny, tf.zerosLike(sigma), tf.reciprocal(sigma))]);
    return { value: tf.where(tiny, tf.fill([gain.size], SMALLEST_FACTOR), factor), gradFunc };
  });
  return op(gamma) as tf.Tensor1D;
}
