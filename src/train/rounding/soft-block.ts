// A block of a network on tfjs whose weights lie between two codes each, its activations fake-quantized: one step of learning
// which code each weight takes. Not for which images, nor for how many steps: learn-block.ts.
import * as tf from '@tensorflow/tfjs';
import type { Param, ParamStore } from '../../core/params';
import { meetings } from '../../core/window';
import { tidy } from '../../device/tidy';
import { inferenceWeights, normalizing } from '../../graph/fold';
import { inputShape, nodeById } from '../../graph/graph';
import type { FloatMath } from '../../graph/ops/operation';
import { operationOf } from '../../graph/ops/table';
import type { Graph, WeightedNode } from '../../graph/types';
import { walk } from '../../graph/walk';
import { dequantizeWeight, quantizeWeight } from '../../quant/fake-quant';
import type { FrozenQuantizers, FrozenWeight } from '../../quant/freeze';
import { hardCodes, twoCodes, type TwoCodes } from '../../quant/methods/learned-rounding';
import { toTfjs, toTorch } from '../layout';
import { adamRates } from '../optimizers/adam';
import { PLAIN_MATH } from '../ops/plain-math';
import { fakeQuant } from '../ops/quantize';
import { roundingStep, softWeight, type RoundingVariables } from '../ops/soft-rounding';
import { variableOf } from '../variables';

/** How one step learns. */
export interface SoftStep {
  readonly learningRate: number;
  /** How many were taken before. */
  readonly step: number;
  /** Of what is not decided yet, per weight; none without beta. */
  readonly penalty: number;
  readonly beta: number | undefined;
}

export class SoftBlock {
  private readonly layers = new Map<string, SoftLayer>();
  private readonly constants: tf.Tensor[] = [];
  private readonly qparams = new Map<string, tf.Tensor2D>();
  /** Of batch norms of their own: see normalizing. */
  private readonly norms = new Map<string, { readonly gain: tf.Tensor1D; readonly shift: tf.Tensor1D }>();

  /**
   * @param graph begins with an input node, whose output is not quantized here; no batch norm fused into a convolution
   * @param quantizers of its weights and activations, among others
   * @throws PlaygroundError 'bad-file' when a parameter is missing
   */
  constructor(
    private readonly graph: Graph,
    params: ParamStore,
    private readonly quantizers: FrozenQuantizers,
  ) {
    try {
      for (const node of graph.nodes) {
        const q = node.op === 'input' ? undefined : quantizers.activations.get(node.id);
        if (q) this.qparams.set(node.id, this.constant(tf.tensor2d([q.scale, q.zeroPoint], [2, 1])));
        if (node.op === 'bn') {
          const { gain, shift } = normalizing(node.bn, node.out.c, params);
          this.norms.set(node.id, { gain: this.constant(tf.tensor1d(gain)), shift: this.constant(tf.tensor1d(shift)) });
        }
        if (node.op !== 'conv' && node.op !== 'linear') continue;
        const { h, w } = nodeById(graph, node.inputs[0]).out;
        this.layers.set(node.id, new SoftLayer(node, { h, w }, params, quantizers.weights.get(node.id)!));
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * One step on a batch: the loss is the squared error of the block's output, summed over channels, in the mean of images and
   * pixels (BRECQ's), and penalty * sum(1 - |2h - 1|^beta) over the weights.
   * @param x, target NHWC, of as many images @returns the squared error before the step; the caller disposes of it
   */
  learn(x: Float32Array, target: Float32Array, { learningRate, step, penalty, beta }: SoftStep): tf.Scalar {
    return tidy(() => {
      const { value, grads } = this.gradients(x, target);
      const rates = { ...adamRates(learningRate, step), penalty: beta === undefined ? 0 : penalty, beta: beta ?? 1 };
      [...this.layers.values()].forEach((layer, i) => layer.learn(grads[i], rates));
      return value;
    });
  }

  /** What was learned: by node id, V in the layout of weights, of those that meet anything but padding. */
  async decided(): Promise<ReadonlyMap<string, Float32Array>> {
    const decided = new Map<string, Float32Array>();
    for (const [id, layer] of this.layers) decided.set(id, (await layer.decided()).data);
    return decided;
  }

  /** By node id, as FrozenWeight has them: every weight rounded up or down. */
  async codes(): Promise<ReadonlyMap<string, Int8Array>> {
    const codes = new Map<string, Int8Array>();
    for (const [id, layer] of this.layers) codes.set(id, await layer.codes());
    return codes;
  }

  dispose(): void {
    tf.dispose(this.constants);
    for (const layer of this.layers.values()) layer.dispose();
  }

  private constant<T extends tf.Tensor>(tensor: T): T {
    this.constants.push(tensor);
    return tensor;
  }

  /** To be called in a scope. Gradients by the soft weights, in the order of layers. */
  private gradients(x: Float32Array, target: Float32Array): { value: tf.Scalar; grads: tf.Tensor[] } {
    const { h, w, c } = inputShape(this.graph);
    const n = x.length / (h * w * c);
    const input = tf.tensor4d(x, [n, h, w, c]);
    const soft = [...this.layers.values()].map((layer) => layer.soft());
    const loss = (...weights: tf.Tensor[]) => {
      const output = this.forward(input, new Map([...this.layers.keys()].map((id, i) => [id, weights[i]])));
      const wanted = tf.tensor(target, output.shape);
      const places = output.size / output.shape[output.rank - 1];
      return tf.div(tf.sum(tf.squaredDifference(output, wanted)), places) as tf.Scalar;
    };
    return tf.valueAndGrads(loss)(soft) as { value: tf.Scalar; grads: tf.Tensor[] };
  }

  private forward(x: tf.Tensor4D, weights: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
    const math: FloatMath<tf.Tensor> = {
      ...PLAIN_MATH,
      conv: (node) => (input) => {
        const { stride, pad } = node.conv;
        const layer = this.layers.get(node.id)!;
        const filter = layer.whole(weights.get(node.id)!) as tf.Tensor4D;
        const y = tf.add(tf.conv2d(input as tf.Tensor4D, filter, stride, pad), layer.bias);
        return node.relu ? tf.relu(y) : y;
      },
      bn: ({ id }) => {
        const { gain, shift } = this.norms.get(id)!;
        return (input) => tf.add(tf.mul(input, gain), shift);
      },
      linear: (node) => (input) =>
        tf.add(tf.matMul(input as tf.Tensor2D, weights.get(node.id) as tf.Tensor2D), this.layers.get(node.id)!.bias),
    };
    return walk<tf.Tensor>(this.graph, x, (node, inputs) => {
      const output = operationOf(node).forward(node, math)(...inputs);
      const qparams = this.qparams.get(node.id);
      if (!qparams) return output;
      const { qmin, qmax } = this.quantizers.activations.get(node.id)!;
      return fakeQuant(output, qparams, { scheme: 'given', qmin, qmax });
    });
  }
}

/** Rows and columns of a filter, from..to. */
interface Taps {
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
}

/** One weight: what of it meets anything but padding is learned, the rest is rounded to nearest. */
class SoftLayer {
  readonly bias: tf.Tensor1D;
  private readonly variables!: RoundingVariables;
  private readonly down!: tf.Tensor;
  private readonly step!: tf.Tensor;
  private readonly made: tf.Tensor[] = [];
  private readonly shape: readonly number[];
  private readonly nearest: Int8Array;
  /** Of what is learned, in PyTorch's layout. */
  private readonly choices: TwoCodes;
  private readonly live: Taps | undefined;

  constructor(
    private readonly node: WeightedNode,
    input: { readonly h: number; readonly w: number },
    params: ParamStore,
    { q }: FrozenWeight,
  ) {
    const { weight, bias } = inferenceWeights(node, params);
    this.shape = weight.shape;
    this.nearest = quantizeWeight(weight.data, q);
    if (node.op === 'conv') {
      const ends = (size: number) => {
        const met = meetings(size, node.conv).map((count) => count > 0);
        return [met.indexOf(true), met.lastIndexOf(true) + 1] as const;
      };
      this.live = { rows: ends(input.h), columns: ends(input.w) };
    }
    const cropped = this.crop(weight);
    this.choices = twoCodes(cropped.data, q);
    const { down, up, v } = this.choices;
    const low = dequantizeWeight(down, q);
    const step = dequantizeWeight(up, q).map((value, i) => value - low[i]);
    const tensor = (data: Float32Array) => {
      const there = toTfjs({ shape: cropped.shape, data });
      return this.keep(tf.tensor(there.data, [...there.shape]));
    };
    const variable = (data: Float32Array) => {
      const there = toTfjs({ shape: cropped.shape, data });
      return this.keep(variableOf(tf.tensor(there.data, [...there.shape])));
    };
    try {
      this.bias = this.keep(tf.tensor1d(bias));
      this.down = tensor(low);
      this.step = tensor(step);
      const zeros = () => variable(new Float32Array(v.length));
      this.variables = { v: variable(v), mean: zeros(), square: zeros() };
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** In tfjs's layout; of the taps that are learned. */
  soft(): tf.Tensor {
    return softWeight(this.variables.v as tf.Tensor, this.down, this.step);
  }

  /** With zeros where a filter meets padding alone. */
  whole(soft: tf.Tensor): tf.Tensor {
    if (!this.live || this.node.op !== 'conv') return soft;
    const { kernel } = this.node.conv;
    const around = ([from, to]: readonly [number, number]): [number, number] => [from, kernel - to];
    const paddings = [around(this.live.rows), around(this.live.columns)];
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return soft;
    return tf.pad(soft, [...paddings, [0, 0], [0, 0]]);
  }

  /** To be called in a scope. */
  learn(gradient: tf.Tensor, rates: Parameters<typeof roundingStep>[3]): void {
    roundingStep(this.variables, gradient, this.step, rates);
  }

  /** V, in PyTorch's layout. */
  async decided(): Promise<Param> {
    const { v } = this.variables;
    return toTorch({ shape: v.shape, data: (await v.data<'float32'>()).slice() });
  }

  async codes(): Promise<Int8Array> {
    const { shape, data } = await this.decided();
    const learned = hardCodes({ ...this.choices, v: data });
    if (!this.live) return learned;
    const [, , rows, columns] = shape;
    const [, , kernel] = this.shape;
    const { live } = this;
    const codes = this.nearest.slice();
    learned.forEach((code, i) => {
      const [row, column] = [Math.floor(i / columns) % rows, i % columns];
      const map = Math.floor(i / (rows * columns));
      codes[(map * kernel + row + live.rows[0]) * kernel + column + live.columns[0]] = code;
    });
    return codes;
  }

  dispose(): void {
    tf.dispose(this.made);
  }

  private keep<T extends tf.Tensor>(tensor: T): T {
    this.made.push(tensor);
    return tensor;
  }

  /** The live taps of a filter, OIHW; any other weight as it is. */
  private crop(weight: Param): Param {
    if (!this.live) return weight;
    const [cout, cin, kernel] = weight.shape;
    const { rows, columns } = this.live;
    const values: number[] = [];
    for (let map = 0; map < cout * cin; map++)
      for (let row = rows[0]; row < rows[1]; row++)
        for (let column = columns[0]; column < columns[1]; column++)
          values.push(weight.data[(map * kernel + row) * kernel + column]);
    return { shape: [cout, cin, rows[1] - rows[0], columns[1] - columns[0]], data: Float32Array.from(values) };
  }
}
