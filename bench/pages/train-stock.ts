// The peer of the training benchmark: the same network with tfjs's own ops, gradients and optimizer, in FP32.
// It does less than our step does: no running statistics and no weight decay. Not for accuracy.
import * as tf from '@tensorflow/tfjs';
import { impossible } from '../../src/core/impossible';
import type { ParamStore } from '../../src/core/params';
import { resnet18 } from '../../src/graph/resnet18';
import type { Batch } from '../../src/train/trainer';
import { toTfjs } from '../../src/train/layout';

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
    const outputs = new Map<string, tf.Tensor>();
    let last: tf.Tensor = tf.tensor4d(x, [y.length, 32, 32, 3]);
    for (const node of resnet18().nodes) {
      const [a, b] = node.inputs.map((id) => outputs.get(id)!);
      const map = a as tf.Tensor4D;
      switch (node.op) {
        case 'input':
          break;
        case 'conv':
          last = tf.conv2d(map, this.variable(node.weight) as tf.Tensor4D, node.conv.stride, node.conv.pad);
          break;
        case 'bn': {
          const { mean, variance } = tf.moments(map, [0, 1, 2]);
          const [gain, offset] = ['weight', 'bias'].map((leaf) => this.variable(`${node.bn.prefix}.${leaf}`));
          last = tf.batchNorm(map, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, gain, node.bn.eps);
          break;
        }
        case 'relu':
          last = tf.relu(a);
          break;
        case 'add':
          last = tf.add(a, b);
          break;
        case 'maxpool':
          last = tf.maxPool(map, node.kernel, node.stride, node.pad);
          break;
        case 'avgpool':
          last = tf.mean(a, [1, 2]);
          break;
        case 'flatten':
          last = a;
          break;
        case 'linear':
          last = tf.add(tf.matMul(a as tf.Tensor2D, this.variable(node.weight)), this.variable(node.bias));
          break;
        case 'conv_bn':
        case 'quant':
        case 'dequant':
          throw new Error(`${node.id}: the stock network has no ${node.op}`);
        default:
          impossible(node, 'node');
      }
      outputs.set(node.id, last);
    }
    return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(y, 'int32'), 10), last);
  }

  private variable<R extends tf.Rank>(name: string): tf.Variable<R> {
    return this.variables.get(name) as tf.Variable<R>;
  }
}

async function read(loss: tf.Scalar): Promise<number> {
  const [value] = await loss.data();
  loss.dispose();
  return value;
}
