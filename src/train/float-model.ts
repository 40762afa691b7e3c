// A graph in evaluation mode on tfjs: batch norm folded where fused, one fused op per convolution; with fake-quant where
// a QAT graph simulates. The same model is the FP32 peer on stock tfjs. Not for training: train-forward.ts.
import * as tf from '@tensorflow/tfjs';
import type { Param, ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { foldBatchNorm, parameter } from '../graph/fold';
import type { Graph, GraphNode, LinearNode } from '../graph/types';
import { fakeQuantize } from '../quant/fake-quant';
import { weightKey } from '../quant/prepare';
import { channelQParams, observedRange, tensorQParams } from '../quant/qparams';
import type { QatGraph } from '../quant/types';
import { toTfjs } from './layout';
import { fakeQuant } from './ops/quantize';
import { tidy } from './tidy';

/** Sees the output of every node of one forward pass; the tensor is the model's: clone or read it. */
export type OnOutput = (id: string, output: tf.Tensor) => void;
type Forward = (inputs: tf.Tensor[]) => tf.Tensor;

export class FloatModel {
  private readonly constants: tf.Tensor[] = [];
  private readonly layers: readonly { node: GraphNode; forward: Forward }[];

  /**
   * @param graph unfused, fused, or a QatGraph; @param params PyTorch's state dict
   * @param ranges what the observers of a QatGraph saw; where its specifications simulate, weights and activations are
   * fake-quantized over them with frozen batch norm, as PyTorch's prepared model in eval mode
   * @throws PlaygroundError when a range that is needed is missing ('bad-argument') or not finite ('diverged')
   */
  constructor(
    graph: Graph | QatGraph,
    private readonly params: ParamStore,
    private readonly ranges: ReadonlyMap<string, ObservedRange> = new Map(),
  ) {
    const quant = 'quant' in graph ? graph.quant : {};
    try {
      this.layers = graph.nodes.map((node) => {
        const forward = this.build(node, quant[node.id]?.weight);
        const spec = quant[node.id]?.activation;
        if (!spec?.simulate) return { node, forward };
        const observed = observedRange(this.ranges, node.id);
        tensorQParams(observed, spec);
        const range = this.constant(rangeTensor(observed));
        return { node, forward: (inputs) => fakeQuant(forward(inputs), range, spec) };
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param x [N, 32, 32, 3] normalised; @returns logits [N, 10] */
  predict(x: tf.Tensor4D, onOutput?: OnOutput): tf.Tensor2D {
    return tidy(() => {
      const outputs = new Map<string, tf.Tensor>();
      let last: tf.Tensor = x;
      for (const { node, forward } of this.layers) {
        last = node.op === 'input' ? x : forward(node.inputs.map((id) => outputs.get(id)!));
        outputs.set(node.id, last);
        onOutput?.(node.id, last);
      }
      return last as tf.Tensor2D;
    });
  }

  dispose(): void {
    tf.dispose(this.constants);
  }

  private constant<T extends tf.Tensor>(tensor: T): T {
    this.constants.push(tensor);
    return tensor;
  }

  private vector(name: string, length: number): tf.Tensor1D {
    return this.constant(tf.tensor1d(parameter(this.params, name, length).data));
  }

  /** The weight on the device, fake-quantized per output channel if asked. */
  private weight(id: string, weight: Param, spec: QatGraph['quant'][string]['weight']): tf.Tensor {
    const quantized = spec?.simulate
      ? fakeQuantize(weight.data, channelQParams(observedRange(this.ranges, weightKey(id)), spec))
      : weight.data;
    const { shape, data } = toTfjs({ shape: weight.shape, data: quantized });
    return this.constant(tf.tensor(data, [...shape]));
  }

  private build(node: GraphNode, spec: QatGraph['quant'][string]['weight']): Forward {
    switch (node.op) {
      case 'conv': {
        const { stride, pad } = node.conv;
        const filter = this.weight(node.id, this.params.get(node.weight)!, undefined) as tf.Tensor4D;
        return ([x]) => tf.conv2d(x as tf.Tensor4D, filter, stride, pad);
      }
      case 'conv_bn': {
        const { stride, pad: padding } = node.conv;
        const folded = foldBatchNorm(node, this.params);
        const filter = this.weight(node.id, folded.weight, spec) as tf.Tensor4D;
        const bias = this.constant(tf.tensor1d(folded.bias));
        const activation = node.relu ? 'relu' : 'linear';
        return ([x]) =>
          tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides: stride, pad: padding, bias, activation });
      }
      case 'bn': {
        const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((leaf) =>
          this.vector(`${node.bn.prefix}.${leaf}`, node.out.c),
        );
        return ([x]) => tf.batchNorm(x as tf.Tensor4D, mean, variance, beta, gamma, node.bn.eps);
      }
      case 'linear':
        return this.linear(node, spec);
      case 'relu':
        return ([x]) => tf.relu(x);
      case 'add':
        return ([a, b]) => (node.relu ? tf.relu(tf.add(a, b)) : tf.add(a, b));
      case 'maxpool':
        return ([x]) => tf.maxPool(x as tf.Tensor4D, node.kernel, node.stride, node.pad);
      case 'avgpool':
        return ([x]) => globalAverage(x as tf.Tensor4D);
      case 'flatten':
        return ([x]) => tf.reshape(x, [x.shape[0], -1]);
      case 'input':
      case 'quant':
      case 'dequant':
        return ([x]) => x;
    }
  }

  private linear(node: LinearNode, spec: QatGraph['quant'][string]['weight']): Forward {
    const { inFeatures, outFeatures } = node;
    const { data } = parameter(this.params, node.weight, inFeatures * outFeatures);
    const weight = this.weight(node.id, { shape: [outFeatures, inFeatures], data }, spec) as tf.Tensor2D;
    const bias = this.vector(node.bias, outFeatures);
    return ([x]) => tf.add(tf.matMul(x as tf.Tensor2D, weight), bias);
  }
}

/** Mean over the map, kept as 1 x 1; a 1 x 1 map already is its mean. */
export function globalAverage(x: tf.Tensor4D): tf.Tensor4D {
  return x.shape[1] * x.shape[2] === 1 ? x : tf.mean(x, [1, 2], true);
}

/** [2, C]: row 0 minima, row 1 maxima. */
export function rangeTensor({ min, max }: ObservedRange): tf.Tensor2D {
  const values = new Float32Array(min.length * 2);
  values.set(min);
  values.set(max, min.length);
  return tf.tensor2d(values, [2, min.length]);
}
