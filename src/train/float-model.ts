// A graph in evaluation mode on tfjs: batch norm folded where fused, one fused op per convolution; with fake-quant where
// a QAT graph simulates. The same model is the FP32 peer on stock tfjs. Not for training: train-forward.ts.
import * as tf from '@tensorflow/tfjs';
import type { Param, ParamStore } from '../core/params';
import type { ObservedRange, QParams } from '../core/qparams';
import { tidy } from '../device/tidy';
import { inferenceWeights, parameter } from '../graph/fold';
import type { FloatMath } from '../graph/ops/operation';
import { operationOf } from '../graph/ops/table';
import type { BnNode, ConvNode, Graph, LinearNode, WeightedNode } from '../graph/types';
import { walk } from '../graph/walk';
import { dequantizeWeight, fakeQuantize } from '../quant/fake-quant';
import { NONE, type FrozenQuantizers } from '../quant/freeze';
import { toTfjs } from './layout';
import { PLAIN_MATH } from './ops/plain-math';
import { fakeQuant } from './ops/quantize';

/**
 * Sees the output of every node of one forward pass, and what it was before it was fake-quantized; the tensors are the
 * model's: clone or read them.
 */
export type OnOutput = (id: string, output: tf.Tensor, before: tf.Tensor) => void;
type Forward = (...inputs: tf.Tensor[]) => tf.Tensor;
interface Layer {
  readonly forward: Forward;
  readonly quantized: (output: tf.Tensor) => tf.Tensor;
}

export class FloatModel {
  private readonly constants: tf.Tensor[] = [];
  /** One for each node of the graph. */
  private readonly layers: readonly Layer[];

  /**
   * @param graph unfused, fused or prepared; @param params PyTorch's state dict
   * @param quantizers of the outputs and weights that are fake-quantized, with frozen batch norm, as PyTorch's prepared
   * model in eval mode
   * @throws PlaygroundError 'bad-file' when a parameter is missing
   */
  constructor(
    readonly graph: Graph,
    private readonly params: ParamStore,
    private readonly quantizers: FrozenQuantizers = NONE,
  ) {
    const math: FloatMath<tf.Tensor> = {
      ...PLAIN_MATH,
      conv: (node) => this.conv(node),
      bn: (node) => this.bn(node),
      linear: (node) => this.linear(node),
    };
    try {
      this.layers = graph.nodes.map((node) => {
        const q = quantizers.activations.get(node.id);
        const quantized = q ? this.fakeQuantized(q) : (output: tf.Tensor) => output;
        return { forward: operationOf(node).forward(node, math), quantized };
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param x [N, h, w, c] normalised; @returns logits [N, classes] */
  predict(x: tf.Tensor4D, onOutput?: OnOutput): tf.Tensor2D {
    return tidy(() => {
      const last = walk<tf.Tensor>(this.graph, x, ({ id }, inputs, index) => {
        const { forward, quantized } = this.layers[index];
        const before = forward(...inputs);
        const output = quantized(before);
        onOutput?.(id, output, before);
        return output;
      });
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

  private weight({ shape, data }: Param): tf.Tensor {
    const there = toTfjs({ shape, data });
    return this.constant(tf.tensor(there.data, [...there.shape]));
  }

  /** Weight and bias on the device, batch norm folded; fake-quantized where the node's weight has a quantizer. */
  private weights(node: WeightedNode): { weight: tf.Tensor; bias: tf.Tensor1D } {
    const folded = inferenceWeights(node, this.params);
    const { shape, data } = folded.weight;
    const { q, codes, bias = folded.bias } = this.quantizers.weights.get(node.id) ?? {};
    const values = !q ? data : codes ? dequantizeWeight(codes, q) : fakeQuantize(data, q);
    return { weight: this.weight({ shape, data: values }), bias: this.constant(tf.tensor1d(bias)) };
  }

  private fakeQuantized({ scale, zeroPoint, qmin, qmax }: QParams): Layer['quantized'] {
    const qparams = this.constant(tf.tensor2d([scale, zeroPoint], [2, 1]));
    return (output) => fakeQuant(output, qparams, { scheme: 'given', qmin, qmax });
  }

  /** Batch norm folded, one fused op for a convolution with all that it took up. */
  private conv(node: ConvNode): Forward {
    const { stride, pad } = node.conv;
    const { weight, bias } = this.weights(node);
    const filter = weight as tf.Tensor4D;
    const activation = node.relu ? 'relu' : 'linear';
    return (x) => tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides: stride, pad, bias, activation });
  }

  private bn({ bn, out }: BnNode): Forward {
    const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((leaf) =>
      this.constant(tf.tensor1d(parameter(this.params, `${bn.prefix}.${leaf}`, out.c).data)),
    );
    return (x) => tf.batchNorm(x as tf.Tensor4D, mean, variance, beta, gamma, bn.eps);
  }

  private linear(node: LinearNode): Forward {
    const { weight, bias } = this.weights(node);
    return (x) => tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias);
  }
}

/** [2, C]: row 0 minima, row 1 maxima. */
export function rangeTensor({ min, max }: ObservedRange): tf.Tensor2D {
  const values = new Float32Array(min.length * 2);
  values.set(min);
  values.set(max, min.length);
  return tf.tensor2d(values, [2, min.length]);
}
