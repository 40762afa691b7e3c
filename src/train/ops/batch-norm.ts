// Batch norm (with ReLU) of a convolution's output divided by a factor per channel, as ConvBn QAT needs it.
// Not for running statistics: the caller updates those from the statistics returned.
import * as tf from '@tensorflow/tfjs';
import type { BatchNormAttrs } from '../../device/contract';
import { runKernel, type GradSaver } from '../../device/run-kernel';

/** Vectors of length C. */
export interface BatchNormInputs {
  /** u = z / divisor is what is normalized; 1 for plain batch norm. */
  readonly divisor: tf.Tensor1D;
  readonly gain: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
  /** Running statistics, used when frozen. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** Output and the statistics used: mean and biased variance of u. The statistics are kept: the caller disposes of them. */
export interface BatchNormOutputs {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** @param z [N, H, W, C]; gradients flow to z, divisor, gain and offset */
export function batchNorm(z: tf.Tensor4D, inputs: BatchNormInputs, attrs: BatchNormAttrs): BatchNormOutputs {
  const { mean, variance } = inputs;
  let used: tf.Tensor1D[] = [];
  const op = tf.customGrad((...args) => {
    const [x, divisor, gain, offset, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, GradSaver];
    const [y, ...statistics] = runKernel('QatBatchNorm', { z: x, divisor, gain, offset, mean, variance }, attrs);
    used = statistics.map((tensor) => tf.keep(tensor as tf.Tensor1D));
    save([x, y, divisor, gain, offset, ...statistics]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [z, y, divisor, gain, offset, mean, variance] = saved;
        return runKernel('QatBatchNormGrad', { z, dy, y, divisor, gain, offset, mean, variance }, attrs);
      },
    };
  });
  const y = op(z, inputs.divisor, inputs.gain, inputs.offset) as tf.Tensor4D;
  return { y, mean: used[0], variance: used[1] };
}
