// One forward pass in training mode, FP32 or QAT: PyTorch's ConvBn QAT arithmetic, observers and fake-quants.
// Source: torch/ao/nn/intrinsic/qat/modules/conv_fused.py, _forward_approximate. Not for evaluation: float-model.ts.
import * as tf from '@tensorflow/tfjs';
import { liveTaps } from '../core/window';
import type { FloatMath } from '../graph/ops/operation';
import { operationOf } from '../graph/ops/table';
import type { BnAttrs, ConvNode, Graph, LinearNode, WeightedNode } from '../graph/types';
import { walk } from '../graph/walk';
import { rangeCount } from '../quant/granularity';
import { weightKey } from '../quant/prepare';
import { qparamsName } from '../quant/learned';
import type { NodeQuant, QatGraph, WeightSpec } from '../quant/types';
import { learnedAttrs, ruleOf } from './kernel-attrs';
import { batchNorm } from './ops/batch-norm';
import { fusedQParams } from './ops/fused-qparams';
import { PLAIN_MATH } from './ops/plain-math';
import { fakeQuant, fakeQuantLearned, fakeQuantScaled, observe, observeHistogram, observeScaled } from './ops/quantize';
import { updateStatistics } from './ops/running-statistics';
import { scaleChannels } from './ops/scale-channels';
import { scaleFactor } from './ops/scale-factor';
import type { DeviceState } from './state';

export interface ForwardMode {
  /** Batch norm uses and keeps its running statistics. */
  readonly bnFrozen: boolean;
  /** Observers keep their ranges. */
  readonly observersFrozen: boolean;
  /** Of this batch in what becomes of the running statistics, in place of batch norm's own momentum. */
  readonly batchShare?: number;
}

/** What the step changes besides weights; the tensors are kept and the taker disposes of them. */
export interface ForwardUpdates {
  readonly variables: [tf.Variable, tf.Tensor][];
}

/** @param x [N, h, w, c] normalised; @returns logits [N, classes], and updates to be applied after the gradient */
export function forwardTraining(
  graph: Graph | QatGraph,
  state: DeviceState,
  x: tf.Tensor4D,
  mode: ForwardMode,
): { logits: tf.Tensor2D; updates: ForwardUpdates } {
  const pass = new Pass('quant' in graph ? graph.quant : {}, state, mode);
  const logits = walk<tf.Tensor>(graph, x, (node, inputs) =>
    pass.activation(node.id, operationOf(node).forward(node, pass.math)(...inputs)),
  );
  return { logits: logits as tf.Tensor2D, updates: pass.updates };
}

class Pass {
  readonly math: FloatMath<tf.Tensor> = {
    ...PLAIN_MATH,
    conv: (node) => (x) => this.conv(node, x as tf.Tensor4D),
    bn:
      ({ bn }) =>
      (x) =>
        this.batchNorm(x as tf.Tensor4D, bn, tf.onesLike(this.vectorsOf(bn).gain), false),
    linear: (node) => (x) => this.linear(node, x as tf.Tensor2D),
  };
  readonly updates: ForwardUpdates = { variables: [] };

  constructor(
    private readonly quant: Readonly<Record<string, NodeQuant>>,
    private readonly state: DeviceState,
    private readonly mode: ForwardMode,
  ) {}

  /** Observes a node's output and fake-quantizes it where its specification simulates. */
  activation<T extends tf.Tensor>(id: string, output: T): T {
    const spec = this.quant[id]?.activation;
    if (!spec) return output;
    if (spec.observer === 'histogram') {
      if (!this.mode.observersFrozen) {
        const known = this.state.histograms.get(id)!;
        const next = observeHistogram(output, known);
        this.updates.variables.push([known.counts, tf.keep(next.counts)], [known.range, tf.keep(next.range)]);
      }
      return output;
    }
    return this.quantize(id, output, spec, output.size / output.shape[0]);
  }

  private linear(node: LinearNode, x: tf.Tensor2D): tf.Tensor {
    return tf.add(tf.matMul(x, this.weight<tf.Rank.R2>(node)), this.state.trainable.get(node.bias)!);
  }

  /** PyTorch's Conv2d and ConvReLU2d of QAT; with batch norm its ConvBn2d and ConvBnReLU2d. */
  private conv(node: ConvNode, x: tf.Tensor4D): tf.Tensor {
    const { bn } = node;
    if (bn) return this.convBn({ ...node, bn }, x);
    const z: tf.Tensor = tf.conv2d(x, this.weight<tf.Rank.R4>(node), node.conv.stride, node.conv.pad);
    const y = node.bias === undefined ? z : tf.add(z, this.state.trainable.get(node.bias)!);
    return node.relu ? tf.relu(y) : y;
  }

  /** A weight without a factor, observed and fake-quantized as it is asked for. */
  private weight<R extends tf.Rank>({ id, weight, out }: WeightedNode): tf.Tensor<R> {
    const variable = this.state.trainable.get(weight) as tf.Variable<R>;
    const spec = this.quant[id]?.weight;
    return spec ? this.quantize(weightKey(id), variable, spec, variable.size / rangeCount(spec, out.c)) : variable;
  }

  private convBn(node: ConvNode & { readonly bn: BnAttrs }, x: tf.Tensor4D): tf.Tensor4D {
    const { bn } = node;
    const weight = this.state.trainable.get(node.weight) as tf.Variable<tf.Rank.R4>;
    const { gain, variance } = this.vectorsOf(bn);
    const spec = this.quant[node.id]?.weight;
    const factor = spec ? scaleFactor(gain, variance, bn.eps) : undefined;
    const [, h, w] = x.shape;
    const taps = liveTaps({ h, w }, node.conv);
    const shared = spec ? weight.size / rangeCount(spec, node.out.c) : 0;
    const quantized = spec && this.quantize(weightKey(node.id), weight, spec, shared, factor, taps);
    // Where nothing is simulated, conv(x, W * k) / k is conv(x, W).
    const simulated = spec?.simulate ? quantized : undefined;
    const product = tf.conv2d(x, simulated ?? weight, node.conv.stride, node.conv.pad);
    const divisor = simulated ? factor! : tf.onesLike(gain);
    // A bias is added to what was divided: product / k + b = (product + b k) / k.
    const bias = node.bias === undefined ? undefined : (this.state.trainable.get(node.bias) as tf.Variable<tf.Rank.R1>);
    const z: tf.Tensor4D = bias ? tf.add(product, tf.mul(bias, divisor)) : product;
    return this.batchNorm(z, bn, divisor, node.relu);
  }

  /** Of one batch norm: its parameters and running statistics. */
  private vectorsOf({ prefix }: BnAttrs) {
    const { trainable, running } = this.state;
    const [gain, offset] = ['weight', 'bias'].map(
      (leaf) => trainable.get(`${prefix}.${leaf}`) as tf.Variable<tf.Rank.R1>,
    );
    const [mean, variance] = ['running_mean', 'running_var'].map((leaf) => running.get(`${prefix}.${leaf}`)!);
    return { gain, offset, mean, variance };
  }

  /** Normalizes z / divisor, (ReLU), and keeps what becomes of the running statistics. */
  private batchNorm(z: tf.Tensor4D, bn: BnAttrs, divisor: tf.Tensor1D, relu: boolean): tf.Tensor4D {
    const vectors = this.vectorsOf(bn);
    const { mean, variance } = vectors;
    const { bnFrozen: frozen, batchShare: momentum = bn.momentum } = this.mode;
    const out = batchNorm(z, { divisor, ...vectors }, { eps: bn.eps, relu, frozen });
    if (!frozen) {
      const count = z.size / z.shape[3];
      // PyTorch keeps the unbiased variance, though the batch is normalized with the biased one.
      const unbiased = count / (count - 1);
      const next = updateStatistics({ mean, variance }, out, { momentum, unbiased });
      this.updates.variables.push([mean, tf.keep(next.mean)], [variance, tf.keep(next.variance)]);
    }
    tf.dispose([out.mean, out.variance]);
    return out.y;
  }

  /**
   * Observes x, or x * factor, and fake-quantizes it where its specification simulates.
   * @param shared values that share a scale
   */
  private quantize<T extends tf.Tensor>(
    key: string,
    x: T,
    spec: WeightSpec,
    shared: number,
    factor?: tf.Tensor1D,
    taps?: readonly number[],
  ): T {
    if (spec.observer === 'learned') {
      const qparams = this.state.learned.get(qparamsName(key))!;
      return fakeQuantLearned(factor ? scaleChannels(x, factor) : x, qparams, learnedAttrs(spec, shared));
    }
    const known = this.state.ranges.get(key)!;
    let range: tf.Tensor2D = known;
    if (!this.mode.observersFrozen) {
      range = tf.keep(factor ? observeScaled(x, factor, known, spec) : observe(x, known, spec));
      this.updates.variables.push([known, range]);
    }
    if (!spec.simulate) return x;
    if (spec.fusedRule) {
      const { qmin, qmax, powerOfTwo } = spec;
      const scaled = factor ? scaleChannels(x, factor) : x;
      return fakeQuant(scaled, fusedQParams(range, spec), { scheme: 'given', qmin, qmax, powerOfTwo });
    }
    return factor ? fakeQuantScaled(x, factor, range, spec, taps) : fakeQuant(x, range, ruleOf(spec));
  }
}
