// The peer of the training benchmark: the same network with tfjs's own ops, gradients and optimizer, in FP32.
// It does less than our step does: no running statistics and no weight decay. Not for accuracy.
import * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../../src/core/params';
import type { FloatMath } from '../../src/graph/ops/operation';
import { operationOf } from '../../src/graph/ops/table';
import { resnet18 } from '../../src/graph/resnet18';
import { walk } from '../../src/graph/walk';
import type { Batch } from '../../src/train/trainer';
import { toTfjs } from '../../src/train/layout';
import { PLAIN_MATH } from '../../src/train/ops/plain-math';

export class StockTrainer {
  private readonly variables = new Map<string, tf.Variable>();
  private readonly optimizer = tf.train.momentum(1e-3, 0.9);

  /** @param params PyTorch's state dict of the unfused network */
  constructor(params: ParamStore) {
    for (const [name, param] of params) {
      if (name.includes('running_')) continue;
      const { shape, data } = toTfjs(param);
      this.variables.set(name, tf.variable(tf.tensor(data, [...shape])));
    }
  }

  /** Forward in training mode: batch norm by the batch's statistics. @returns loss */
  async forward(batch: Batch): Promise<number> {
    const loss = tf.tidy(() => this.loss(batch));
    return read(loss);
  }

  /** Forward, backward, update. @returns loss before the update */
  async step(batch: Batch): Promise<number> {
    return read(this.optimizer.minimize(() => this.loss(batch), true)!);
  }

  private loss({ x, y }: Batch): tf.Scalar {
    const images = tf.tensor4d(x, [y.length, 32, 32, 3]);
    const logits = walk<tf.Tensor>(resnet18(), images, (node, inputs) =>
      operationOf(node).forward(node, this.math)(...inputs),
    );
    return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(y, 'int32'), 10), logits);
  }

  private readonly math: FloatMath<tf.Tensor> = {
    ...PLAIN_MATH,
    conv:
      ({ weight, conv: { stride, pad } }) =>
      (x) =>
        tf.conv2d(x as tf.Tensor4D, this.variable(weight) as tf.Tensor4D, stride, pad),
    bn:
      ({ bn: { prefix, eps } }) =>
      (x) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        const [gain, offset] = ['weight', 'bias'].map((leaf) => this.variable<tf.Rank.R1>(`${prefix}.${leaf}`));
        return tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, gain, eps);
      },
    linear:
      ({ weight, bias }) =>
      (x) =>
        tf.add(tf.matMul(x as tf.Tensor2D, this.variable(weight)), this.variable(bias)),
  };

  private variable<R extends tf.Rank>(name: string): tf.Variable<R> {
    return this.variables.get(name) as tf.Variable<R>;
  }
}

async function read(loss: tf.Scalar): Promise<number> {
  const [value] = await loss.data();
  loss.dispose();
  return value;
}
