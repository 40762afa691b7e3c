// One training step, whole, in plain TypeScript: forward, cross-entropy, backward, SGD, running statistics, observers; FP32
// or QAT by its graph. What every backend is judged by, itself judged by PyTorch (tests/golden/reference-step.test.ts).
// To be read, not to be fast: float64 but where PyTorch's float32 decides over codes. The formulas: src/device/reference.
import type { ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { ONE_PIXEL } from '../core/window';
import { batchNorm, batchNormGrad, runningStatistics, scaleFactor } from '../device/reference/batch-norm';
import { convolution, convolutionFilterGrad, convolutionInputGrad, outputMaps } from '../device/reference/convolution';
import { add, addBias, relu, reluGrad } from '../device/reference/elementwise';
import { crossEntropy, type TeacherLogits } from '../device/reference/loss';
import { channelSums, type Maps, type Numbers } from '../device/reference/numbers';
import { averagePool, averagePoolGrad, maxPool, maxPoolGrad } from '../device/reference/pooling';
import {
  fakeQuant,
  fakeQuantGrad,
  fakeQuantLearnedGrad,
  fakeQuantScaledGrad,
  observeHistogram,
  observeMinMax,
  scaleChannels,
} from '../device/reference/quantization';
import { sgdMomentum } from '../device/reference/sgd';
import { parameter } from '../graph/fold';
import { inputShape } from '../graph/graph';
import type { FloatMath } from '../graph/ops/operation';
import { operationOf } from '../graph/ops/table';
import type { BnAttrs, ConvAttrs, ConvNode, Graph, LinearNode, WeightedNode } from '../graph/types';
import { walk } from '../graph/walk';
import type { Histogram } from '../quant/histogram';
import { BINS } from '../quant/histogram-observer';
import { rangeCount } from '../quant/granularity';
import { fusedRuleOfChannels } from '../quant/fused-rule';
import { weightKey } from '../quant/prepare';
import { qparamsName, SMALLEST_SCALE } from '../quant/learned';
import type { LearnedSpec, NodeQuant, QatGraph, RangeSpec, WeightSpec } from '../quant/types';
import { learnedAttrs, observerAttrs, ruleOf, SMALLEST_FACTOR } from './kernel-attrs';
import type { SgdAttrs } from '../device/contract';
import { toTfjs, toTorch } from './layout';
import type { TrainState } from './state';
import { stateLayout } from './state-layout';
import type { ForwardMode } from './train-forward';
import type { Batch } from './trainer';

export interface ReferenceStep {
  /** Mean cross-entropy of the batch before the update. */
  readonly loss: number;
  /** By PyTorch's name, in its layouts. */
  readonly gradients: ParamStore;
  readonly next: TrainState;
}

/**
 * One step of SGD on one batch. @param state float32, as a backend keeps it between steps; it is not changed
 * @param teacher its answers for this batch
 */
export function referenceStep(
  graph: Graph | QatGraph,
  state: TrainState,
  batch: Batch,
  sgd: SgdAttrs,
  mode: ForwardMode,
  teacher?: TeacherLogits,
): ReferenceStep {
  const { output, updates, backward } = referenceForward(graph, state, batch.x, mode);
  const { loss, dlogits } = crossEntropy(output, batch.y, teacher);
  const { gradients } = backward(dlogits);
  const params = new Map(state.params);
  const momentum = new Map(state.momentum);
  const { learned } = stateLayout(graph);
  for (const [name, { shape, data: g }] of gradients) {
    const w = params.get(name)!.data;
    const velocity = momentum.get(name)?.data ?? new Float32Array(w.length);
    const isLearned = learned.has(name);
    const next = sgdMomentum(w, velocity, g, isLearned ? { ...sgd, weightDecay: 0 } : sgd);
    if (isLearned) next.w.forEach((v, i) => i % 2 === 0 && (next.w[i] = Math.max(v, SMALLEST_SCALE)));
    params.set(name, { shape, data: Float32Array.from(next.w) });
    momentum.set(name, { shape, data: Float32Array.from(next.v) });
  }
  for (const [name, values] of updates.running)
    params.set(name, { shape: [values.length], data: Float32Array.from(values) });
  return {
    loss,
    gradients,
    next: {
      ...{ step: state.step + 1, params, momentum, observersFrozen: mode.observersFrozen },
      ...{
        squares: state.squares,
        averages: state.averages,
        statistics: state.statistics,
        oscillations: state.oscillations,
      },
      ranges: new Map([...state.ranges, ...updates.ranges]),
      histograms: new Map([...state.histograms, ...updates.histograms]),
    },
  };
}

/** What a pass changes besides weights. */
interface Updates {
  readonly running: Map<string, Numbers>;
  readonly ranges: Map<string, ObservedRange>;
  readonly histograms: Map<string, Histogram>;
}

export interface ReferenceForward {
  /** [n, classes], or whatever map is the graph's last. */
  readonly output: Numbers;
  readonly updates: Updates;
  /** @param dy the output's gradient; to be called once */
  backward(dy: Numbers): { readonly dx: Float64Array; readonly gradients: ParamStore };
}

/** The forward pass in training mode, and the way back. @param x [n, h, w, c] normalised */
export function referenceForward(
  graph: Graph | QatGraph,
  state: Pick<TrainState, 'params' | 'ranges' | 'histograms'>,
  x: Numbers,
  mode: ForwardMode,
): ReferenceForward {
  const pass = new Pass(graph, state, mode);
  const { h, w, c } = inputShape(graph);
  const input = new Value(x, [x.length / (h * w * c), h, w, c]);
  const output = walk(graph, input, (node, inputs) =>
    pass.activation(node.id, operationOf(node).forward(node, pass.math)(...inputs)),
  );
  return {
    output: output.data,
    updates: pass.updates,
    backward(dy) {
      output.receive(dy);
      return { gradients: pass.backward(), dx: input.grad };
    },
  };
}

/** A tensor of the pass and, on the way back, the gradient by it. Maps are [n, h, w, c]; vectors are maps of one pixel. */
class Value {
  readonly grad: Float64Array;

  constructor(
    readonly data: Numbers,
    readonly shape: readonly number[],
  ) {
    this.grad = new Float64Array(data.length);
  }

  get maps(): Maps {
    const [n, h, w, c] = this.shape;
    return { n, h, w, c };
  }

  /** Another tensor of its shape. */
  like(data: Numbers): Value {
    return new Value(data, this.shape);
  }

  /** Each tensor that was made of this one hands it a share of the gradient. */
  receive(share: Numbers): void {
    for (let i = 0; i < share.length; i++) this.grad[i] += share[i];
  }
}

const ofMaps = (data: Numbers, { n, h, w, c }: Maps) => new Value(data, [n, h, w, c]);

/** As train-forward.ts has it for tfjs, with its own way back: what was done last is undone first. */
class Pass {
  readonly math: FloatMath<Value> = {
    conv: (node) => (x) => this.conv(node, x),
    bn:
      ({ bn, out }) =>
      (x) =>
        this.batchNorm(x, bn, new Value(new Float64Array(out.c).fill(1), [out.c]), false),
    linear: (node) => (x) => this.linear(node, x),
    relu: (x) => this.relu(x),
    add: (a, b) =>
      this.made(a.like(add(a.data, b.data)), (dy) => {
        a.receive(dy);
        b.receive(dy);
      }),
    maxPool: (window) => (x) => {
      const s = { ...x.maps, ...window };
      return this.made(ofMaps(maxPool(x.data, s), outputMaps(s, s.c)), (dy) => x.receive(maxPoolGrad(dy, x.data, s)));
    },
    average: (x) => {
      const y = ofMaps(averagePool(x.data, x.maps), { ...x.maps, h: 1, w: 1 });
      return this.made(y, (dy) => x.receive(averagePoolGrad(dy, x.maps)));
    },
    flatten: (x) => {
      const { n, h, w, c } = x.maps;
      return this.made(new Value(x.data, [n, 1, 1, h * w * c]), (dy) => x.receive(dy));
    },
  };
  readonly updates: Updates = { running: new Map(), ranges: new Map(), histograms: new Map() };
  private readonly quant: Readonly<Record<string, NodeQuant>>;
  /** By PyTorch's name, in the layouts of the reference: filters [kernel, kernel, in, out], linear [in, out]. */
  private readonly parameters = new Map<string, Value>();
  /** How each tensor that was made hands its gradient on. */
  private readonly tape: (() => void)[] = [];

  constructor(
    graph: Graph | QatGraph,
    private readonly state: Pick<TrainState, 'params' | 'ranges' | 'histograms'>,
    private readonly mode: ForwardMode,
  ) {
    this.quant = 'quant' in graph ? graph.quant : {};
    const { trainable, learned } = stateLayout(graph);
    for (const [name, length] of [...trainable, ...learned]) {
      const { data, shape } = toTfjs(parameter(state.params, name, length));
      this.parameters.set(name, new Value(data, shape));
    }
  }

  /** Every parameter's gradient in PyTorch's layout, once the output has received its own. */
  backward(): ParamStore {
    for (const back of this.tape.reverse()) back();
    const gradients = [...this.parameters].map(([name, { grad, shape }]) => {
      return [name, toTorch({ shape, data: Float32Array.from(grad) })] as const;
    });
    return new Map(gradients);
  }

  /** Observes a node's output and fake-quantizes it where its specification simulates. */
  activation(id: string, output: Value): Value {
    const spec = this.quant[id]?.activation;
    if (!spec) return output;
    if (spec.observer !== 'histogram') return this.quantize(id, output, spec, 1, output.shape[0]);
    const before = this.state.histograms.get(id) ?? { counts: new Float32Array(BINS), min: Infinity, max: -Infinity };
    if (!this.mode.observersFrozen) this.updates.histograms.set(id, observeHistogram(output.data, before));
    return output;
  }

  private linear(node: LinearNode, x: Value): Value {
    const onePixel = { ...ONE_PIXEL, cout: node.outFeatures };
    return this.addBias(this.convolve(x, this.weight(node), onePixel), node.bias);
  }

  private conv(node: ConvNode, x: Value): Value {
    const { bn, bias } = node;
    if (bn) return this.convBn({ ...node, bn }, x);
    const z = this.convolve(x, this.weight(node), node.conv);
    const y = bias === undefined ? z : this.addBias(z, bias);
    return node.relu ? this.relu(y) : y;
  }

  /**
   * ConvBn(ReLU)2d of QAT: y = [relu] BN(conv(x, FQ(W * k)) / k + b), k = gamma / sigma of the running variance, b the
   * convolution's bias if any. Where nothing is simulated, that is BN(conv(x, W) + b).
   */
  private convBn(node: ConvNode & { readonly bn: BnAttrs }, x: Value): Value {
    const weight = this.parameters.get(node.weight)!;
    const { gain, variance } = this.vectorsOf(node.bn);
    let [filter, divisor] = [weight, gain.like(new Float64Array(gain.data.length).fill(1))];
    const spec = this.quant[node.id]?.weight;
    if (spec) {
      const factor = this.scaleFactor(gain, variance, node.bn.eps);
      filter = this.quantizeScaled(weightKey(node.id), weight, factor, spec);
      if (spec.simulate) divisor = factor;
    }
    const product = this.convolve(x, filter, node.conv);
    // product / k + b = (product + b k) / k
    const z = node.bias === undefined ? product : this.addScaledBias(product, node.bias, divisor);
    return this.batchNorm(z, node.bn, divisor, node.relu);
  }

  /** Of one batch norm: its parameters and running statistics. */
  private vectorsOf({ prefix }: BnAttrs) {
    const [gain, offset] = ['weight', 'bias'].map((leaf) => this.parameters.get(`${prefix}.${leaf}`)!);
    const [mean, variance] = ['running_mean', 'running_var'].map(
      (leaf) => parameter(this.state.params, `${prefix}.${leaf}`, gain.data.length).data,
    );
    return { gain, offset, mean, variance };
  }

  /** [relu] BN(z / divisor), and what becomes of the running statistics. */
  private batchNorm(z: Value, bn: BnAttrs, divisor: Value, relu: boolean): Value {
    const { prefix, eps, momentum } = bn;
    const { gain, offset, mean, variance } = this.vectorsOf(bn);
    const frozen = this.mode.bnFrozen;
    const attrs = { eps, relu, frozen };
    const vectors = { divisor: divisor.data, gain: gain.data, offset: offset.data, mean, variance };
    const { y, ...used } = batchNorm(z.data, vectors, attrs);
    if (!frozen) {
      const count = z.data.length / gain.data.length;
      const next = runningStatistics({ mean, variance }, used, { momentum, unbiased: count / (count - 1) });
      this.updates.running.set(`${prefix}.running_mean`, next.mean).set(`${prefix}.running_var`, next.variance);
    }
    return this.made(z.like(y), (dy) => {
      const { dz, ddivisor, dgain, doffset } = batchNormGrad(z.data, dy, y, { ...vectors, ...used }, attrs);
      z.receive(dz);
      divisor.receive(ddivisor);
      gain.receive(dgain);
      offset.receive(doffset);
    });
  }

  private convolve(x: Value, filter: Value, { kernel, stride, pad, cout }: Omit<ConvAttrs, 'cin'>): Value {
    const s = { ...x.maps, kernel, stride, pad, co: cout };
    return this.made(ofMaps(convolution(x.data, filter.data, s), outputMaps(s, cout)), (dy) => {
      x.receive(convolutionInputGrad(dy, filter.data, s));
      filter.receive(convolutionFilterGrad(x.data, dy, s));
    });
  }

  private relu(x: Value): Value {
    const y = relu(x.data);
    return this.made(x.like(y), (dy) => x.receive(reluGrad(dy, y)));
  }

  private addBias(x: Value, name: string): Value {
    const bias = this.parameters.get(name)!;
    return this.made(x.like(addBias(x.data, bias.data)), (dy) => {
      x.receive(dy);
      bias.receive(channelSums(dy, bias.data.length));
    });
  }

  private addScaledBias(x: Value, name: string, factor: Value): Value {
    const bias = this.parameters.get(name)!;
    const added = scaleChannels(bias.data, factor.data);
    return this.made(x.like(addBias(x.data, added)), (dy) => {
      const sums = channelSums(dy, added.length);
      x.receive(dy);
      bias.receive(sums.map((sum, c) => sum * factor.data[c]));
      factor.receive(sums.map((sum, c) => sum * bias.data[c]));
    });
  }

  /** A weight without a factor, observed and fake-quantized as it is asked for. */
  private weight({ id, weight, out }: WeightedNode): Value {
    const spec = this.quant[id]?.weight;
    const value = this.parameters.get(weight)!;
    return spec ? this.quantize(weightKey(id), value, spec, rangeCount(spec, out.c)) : value;
  }

  private scaleFactor(gain: Value, variance: Numbers, eps: number): Value {
    const { factor, slope } = scaleFactor(gain.data, variance, { eps, smallest: SMALLEST_FACTOR });
    return this.made(gain.like(factor), (dy) => gain.receive(dy.map((share, c) => share * slope[c])));
  }

  /** @param ranges see rangeCount @param groups of values that share a learned scale: an activation's images, too */
  private quantize(key: string, x: Value, spec: WeightSpec, ranges: number, groups = ranges): Value {
    if (spec.observer === 'learned') return this.quantizeLearned(key, x, spec, groups);
    const range = this.observe(key, x.data, spec, ranges);
    if (!spec.simulate) return x;
    const [by, rule] = spec.fusedRule ? byFusedRule(range, spec) : [range, ruleOf(spec)];
    return this.made(x.like(fakeQuant(x.data, by, rule)), (dy) => x.receive(fakeQuantGrad(x.data, dy, by, rule)));
  }

  /** By scales and zero points of its own. */
  private quantizeLearned(key: string, x: Value, spec: LearnedSpec, groups: number): Value {
    const qparams = this.parameters.get(qparamsName(key))!;
    const attrs = learnedAttrs(spec, x.data.length / groups);
    return this.made(x.like(fakeQuant(x.data, qparams.data, attrs)), (dy) => {
      const { dx, dqparams } = fakeQuantLearnedGrad(x.data, dy, qparams.data, attrs);
      x.receive(dx);
      qparams.receive(dqparams);
    });
  }

  /** As quantize, of x * factor. */
  private quantizeScaled(key: string, x: Value, factor: Value, spec: WeightSpec): Value {
    const ranges = rangeCount(spec, factor.data.length);
    if (spec.observer === 'learned') return this.quantizeLearned(key, this.scaled(x, factor), spec, ranges);
    if (spec.fusedRule) return this.quantize(key, this.scaled(x, factor), spec, ranges);
    const scaled = scaleChannels(x.data, factor.data);
    const range = this.observe(key, scaled, spec, ranges);
    if (!spec.simulate) return x;
    const rule = ruleOf(spec);
    return this.made(x.like(fakeQuant(scaled, range, rule)), (dy) => {
      const { dx, dfactor } = fakeQuantScaledGrad(x.data, dy, factor.data, range, rule);
      x.receive(dx);
      factor.receive(dfactor);
    });
  }

  private scaled(x: Value, factor: Value): Value {
    return this.made(x.like(scaleChannels(x.data, factor.data)), (dy) => {
      x.receive(dy.map((share, i) => share * factor.data[i % factor.data.length]));
      factor.receive(
        channelSums(
          dy.map((share, i) => share * x.data[i]),
          factor.data.length,
        ),
      );
    });
  }

  /** @returns the range to quantize over, minima before maxima: with x seen, unless observers are frozen */
  private observe(key: string, x: Numbers, spec: RangeSpec, channels: number): Numbers {
    const known = this.state.ranges.get(key);
    const before = known
      ? Float32Array.of(...known.min, ...known.max)
      : new Float32Array(2 * channels).fill(Infinity).fill(-Infinity, channels);
    if (this.mode.observersFrozen) return before;
    const range = observeMinMax(x, before, observerAttrs(spec));
    this.updates.ranges.set(key, { min: range.slice(0, channels), max: range.slice(channels) });
    return range;
  }

  private made(value: Value, back: (dy: Float64Array) => void): Value {
    this.tape.push(() => back(value.grad));
    return value;
  }
}

/** Scales before zero points, and the rule that takes them as they are. @param range minima before maxima */
function byFusedRule(range: Numbers, { scheme, qmin, qmax, powerOfTwo }: RangeSpec) {
  const ends = Float32Array.from(range);
  const [min, max] = [ends.subarray(0, ends.length / 2), ends.subarray(ends.length / 2)];
  const { scales, zeroPoints } = fusedRuleOfChannels({ min, max }, { scheme, qmin, qmax });
  return [[...scales, ...zeroPoints], { scheme: 'given', qmin, qmax, powerOfTwo }] as const;
}
