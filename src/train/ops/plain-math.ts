// The float arithmetic of operations without parameters, on tfjs: the same in training and in evaluation.
// Not for convolutions, linear layers and batch norm: float-model.ts and train-forward.ts have their own.
import * as tf from '@tensorflow/tfjs';
import type { FloatMath } from '../../graph/ops/operation';

export const PLAIN_MATH: Omit<FloatMath<tf.Tensor>, 'conv' | 'bn' | 'linear'> = {
  relu: (x) => tf.relu(x),
  add: (a, b) => tf.add(a, b),
  maxPool:
    ({ kernel, stride, pad }) =>
    (x) =>
      tf.maxPool(x as tf.Tensor4D, kernel, stride, pad),
  // A 1 x 1 map already is its mean.
  average: (x) => (x.shape[1]! * x.shape[2]! === 1 ? x : tf.mean(x, [1, 2], true)),
  flatten: (x) => tf.reshape(x, [x.shape[0], -1]),
};
