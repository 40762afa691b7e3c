// Running mean and variance of a batch norm after one more batch, as PyTorch keeps them.
import * as tf from '@tensorflow/tfjs';
import type { RunningStatisticsAttrs } from '../../device/contract';
import { hasKernel, runKernel } from '../../device/run-kernel';

/** [C] each. */
export interface Statistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** running + momentum * (batch - running), the batch's biased variance times `unbiased` first; carries no gradient. */
export function updateStatistics(running: Statistics, batch: Statistics, attrs: RunningStatisticsAttrs): Statistics {
  const { momentum, unbiased } = attrs;
  if (hasKernel('QatRunningStatistics')) {
    const inputs = { ...running, batchMean: batch.mean, batchVariance: batch.variance };
    const [mean, variance] = runKernel('QatRunningStatistics', inputs, attrs) as tf.Tensor1D[];
    return { mean, variance };
  }
  const blend = (old: tf.Tensor1D, seen: tf.Tensor1D, factor: number) =>
    tf.tidy((): tf.Tensor1D => tf.add(tf.mul(old, 1 - momentum), tf.mul(seen, momentum * factor)));
  return {
    mean: blend(running.mean, batch.mean, 1),
    variance: blend(running.variance, batch.variance, unbiased),
  };
}
