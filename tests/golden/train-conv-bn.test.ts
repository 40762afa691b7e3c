// One ConvBn(ReLU)2d of QAT against PyTorch's module: output, every gradient, running statistics, observed weights; with
// batch statistics, frozen and in evaluation; on the plain kernels and on the SIMD ones, and by the readable step.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Param, ParamStore } from '../../src/core/params';
import * as reference from '../../src/device/reference/batch-norm';
import { inferenceWeights } from '../../src/graph/fold';
import type { ConvNode, MapShape } from '../../src/graph/types';
import { weightKey } from '../../src/quant/prepare';
import { channelQParams } from '../../src/quant/qparams';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import type { QatGraph } from '../../src/quant/types';
import { FloatModel } from '../../src/train/float-model';
import { toTorch } from '../../src/train/layout';
import { SMALLEST_FACTOR } from '../../src/train/kernel-attrs';
import { scaleFactor } from '../../src/train/ops/scale-factor';
import { referenceForward } from '../../src/train/reference-step';
import { DeviceState, freshState } from '../../src/train/state';
import { BACKENDS } from '../../src/train/testing';
import { forwardTraining } from '../../src/train/train-forward';
import { loadFixture, type Fixture } from './fixture';
import { channelRange, weightCodes, withTorchCodes, type TorchWeight } from './torch-codes';

interface CaseValues {
  readonly cin: number;
  readonly cout: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly relu: boolean;
  readonly mode: 'train' | 'frozen' | 'eval';
  readonly weight_qmin: number;
  readonly weight_qmax: number;
  readonly eps: number;
  readonly momentum: number;
}
/** One case, and where its numbers are. */
interface Case extends CaseValues {
  readonly topic: string;
  readonly index: number;
  readonly fixture: Fixture<unknown>;
}
/** The same modules with three seeds; with a bias of the convolution, too. */
const TOPICS = ['conv_bn', 'conv_bn_bias', 'conv_bn_24', 'conv_bn_27'];
const cases: Case[] = TOPICS.flatMap((topic) => {
  const fixture = loadFixture<{ readonly cases: readonly CaseValues[] }>(topic);
  return fixture.values.cases.map((values, index) => ({ ...values, topic, index, fixture }));
});

/** Parameter names of the graph below and of the fixture. */
const TRAINED = { 'conv.weight': 'weight', 'bn.weight': 'bn.weight', 'bn.bias': 'bn.bias' };
const isBiased = ({ topic }: Case) => topic === 'conv_bn_bias';
const trainedOf = (of: Case) => Object.entries({ ...TRAINED, ...(isBiased(of) && { 'conv.bias': 'bias' }) });
const RUNNING = ['bn.running_mean', 'bn.running_var'];

function graphOf(of: Case): QatGraph {
  const { cin, cout, kernel, stride, pad, relu, eps, momentum, weight_qmin, weight_qmax } = of;
  const qconfig = getDefaultQatQConfig('fbgemm');
  const mapOf = (name: string, c: number): MapShape => {
    const [, h, w] = param(of, name).shape;
    return { h, w, c };
  };
  const out = mapOf('y', cout);
  const node: ConvNode = {
    ...{ id: 'conv', op: 'conv', inputs: ['input'], out, relu, weight: 'conv.weight' },
    ...(isBiased(of) && { bias: 'conv.bias' }),
    ...{ conv: { cin, cout, kernel, stride, pad }, bn: { prefix: 'bn', eps, momentum } },
  };
  const weight = { ...qconfig.weight, qmin: weight_qmin, qmax: weight_qmax };
  return {
    ...{ name: 'ConvBn', qconfig, quant: { conv: { weight } } },
    nodes: [{ id: 'input', op: 'input', inputs: [], out: mapOf('x', cin) }, node],
  };
}

const param = ({ fixture, index }: Case, name: string): Param => ({
  shape: fixture.shape(`${index}.${name}`),
  data: fixture.f32(`${index}.${name}`),
});
const tensor = (of: Case, name: string) => {
  const { shape, data } = param(of, name);
  return tf.tensor4d(data, [...shape] as [number, number, number, number]);
};

function paramsOf(of: Case): ParamStore {
  const names = [...trainedOf(of), ...RUNNING.map((name) => [name, name])];
  return new Map(names.map(([ours, theirs]) => [ours, param(of, theirs)]));
}

const COMPARED = [
  ...['after.running_mean', 'after.running_var', 'dx', 'grad.bn.bias', 'grad.bn.weight', 'grad.weight'],
  ...['weight_range', 'y'],
];

/** |got - wanted| / |wanted| as vectors. */
function relative(got: ArrayLike<number>, wanted: Float32Array): number {
  expect(got.length).toBe(wanted.length);
  let [off, size] = [0, 0];
  wanted.forEach((value, i) => {
    off += (got[i] - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(off / size);
}

/** gamma / sigma as what is under test computes it. */
type FactorOf = (gamma: Float32Array, variance: Float32Array, eps: number) => Float32Array;
const factorOnBackend: FactorOf = (gamma, variance, eps) =>
  tf.tidy(() =>
    scaleFactor(tf.tensor1d(gamma), tf.tensor1d(variance), eps)
      .dataSync<'float32'>()
      .slice(),
  );
const factorOfReference: FactorOf = (gamma, variance, eps) =>
  reference.scaleFactor(gamma, variance, { eps, smallest: SMALLEST_FACTOR }).factor;

/** The weight as training scales it before it is quantized. */
function scaled(params: ParamStore, eps: number, factorOf: FactorOf): Float32Array {
  const [gamma, variance] = ['bn.weight', 'bn.running_var'].map((name) => params.get(name)!.data);
  const factor = factorOf(gamma, variance, eps);
  const weight = params.get('conv.weight')!.data;
  return weight.map((value, i) => value * factor[Math.floor((i * factor.length) / weight.length)]);
}

/** PyTorch's weight of a case, and the rule it is quantized by. */
function torchWeight(of: Case, graph: QatGraph): TorchWeight {
  const range = param(of, 'weight_range').data;
  return {
    ...{ weight: param(of, 'weight').data, rule: graph.quant.conv.weight!, eps: of.eps },
    range: { min: range.slice(0, of.cout), max: range.slice(of.cout) },
  };
}

/** The case's parameters, with PyTorch's codes. */
function trainingParams(of: Case, graph: QatGraph, factorOf: FactorOf): ParamStore {
  const torch = torchWeight(of, graph);
  return withTorchCodes(paramsOf(of), torch, (tried) => {
    const weight = scaled(tried, of.eps, factorOf);
    return weightCodes(weight, channelRange(weight, of.cout), torch.rule);
  });
}

/** Everything of one forward and backward pass, in PyTorch's layouts and the fixture's names. */
type Results = Map<string, ArrayLike<number>>;

function passOfReference(of: Case): Results {
  const graph = graphOf(of);
  const state = freshState(trainingParams(of, graph, factorOfReference));
  const mode = { bnFrozen: of.mode === 'frozen', observersFrozen: false };
  const { output, updates, backward } = referenceForward(graph, state, param(of, 'x').data, mode);
  const { dx, gradients } = backward(param(of, 'dy').data);
  const { min, max } = updates.ranges.get(weightKey('conv'))!;
  const results: Results = new Map([
    ['y', output],
    ['dx', dx],
    ['weight_range', [...min, ...max]],
  ]);
  for (const [ours, theirs] of trainedOf(of)) results.set(`grad.${theirs}`, gradients.get(ours)!.data);
  for (const name of RUNNING)
    results.set(name.replace('bn', 'after'), updates.running.get(name) ?? state.params.get(name)!.data);
  return results;
}

function passOnBackend(of: Case): Results {
  const { mode } = of;
  const graph = graphOf(of);
  const params = trainingParams(of, graph, factorOnBackend);
  const state = new DeviceState(graph, freshState(params));
  const [x, dy] = [tf.variable(tensor(of, 'x')), tensor(of, 'dy')];
  const results: Results = new Map();
  const variables = [x, ...state.trainable.values()] as tf.Variable[];
  const { grads } = tf.variableGrads(() => {
    const frozen = mode === 'frozen';
    const { logits, updates } = forwardTraining(graph, state, x, { bnFrozen: frozen, observersFrozen: false });
    results.set('y', logits.dataSync().slice());
    for (const [variable, next] of updates.variables) variable.assign(next);
    return tf.sum(tf.mul(logits as tf.Tensor, dy));
  }, variables);
  results.set('dx', grads[x.name].dataSync().slice());
  for (const [ours, theirs] of trainedOf(of)) {
    const grad = grads[state.trainable.get(ours)!.name];
    results.set(`grad.${theirs}`, toTorch({ shape: grad.shape, data: grad.dataSync<'float32'>() }).data);
  }
  for (const name of RUNNING) results.set(name.replace('bn', 'after'), state.running.get(name)!.dataSync().slice());
  results.set('weight_range', state.ranges.get(weightKey('conv'))!.dataSync().slice());
  state.dispose();
  tf.disposeVariables();
  return results;
}

function evaluate(of: Case): Float32Array {
  const graph = graphOf(of);
  const torch = torchWeight(of, graph);
  const params = withTorchCodes(paramsOf(of), torch, (tried) =>
    weightCodes(inferenceWeights(graph.nodes[1] as ConvNode, tried).weight.data, torch.range, torch.rule),
  );
  const model = new FloatModel(graph, params, {
    activations: new Map(),
    weights: new Map([['conv', { q: channelQParams(torch.range, torch.rule) }]]),
  });
  const y = tf.tidy(() =>
    model
      .predict(tensor(of, 'x'))
      .dataSync<'float32'>()
      .slice(),
  );
  model.dispose();
  return y;
}

/** Float32 sums in another order; PyTorch differs from float64 by 4e-7 (reference/README.md). */
const ROUNDING = 1e-6;

test.each(cases.filter(({ mode }) => mode !== 'eval'))(
  'ConvBn of QAT by the readable step, $topic $index: $kernel x $kernel, $mode, relu $relu, from $weight_qmin',
  (of) => expectTorchs(passOfReference(of), of),
);

function expectTorchs(results: Results, of: Case): void {
  const { fixture, index } = of;
  // Batch norm takes the mean away, and a bias with it: of the batch's own, PyTorch's gradient is its rounding error.
  if (isBiased(of) && of.mode === 'train') {
    const scale = Math.hypot(...fixture.f32(`${index}.grad.bn.bias`));
    expect(Math.hypot(...Array.from(results.get('grad.bias')!))).toBeLessThan(ROUNDING * scale);
    results.delete('grad.bias');
  }
  const compared = isBiased(of) && of.mode !== 'train' ? [...COMPARED, 'grad.bias'].sort() : COMPARED;
  expect([...results.keys()].sort()).toEqual(compared);
  for (const [name, got] of results) expect(relative(got, param(of, name).data), name).toBeLessThan(ROUNDING);
}

describe.each(BACKENDS)('ConvBn of QAT on %s', (_, start) => {
  beforeAll(start);

  test.each(cases)('$topic $index: $kernel x $kernel, $mode, relu $relu, from $weight_qmin', (of) => {
    if (of.mode !== 'eval') return expectTorchs(passOnBackend(of), of);
    expect(relative(evaluate(of), param(of, 'y').data)).toBeLessThan(ROUNDING);
  });
});
