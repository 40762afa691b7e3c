// PyTorch's training steps of a small network (reference/golden/small.py): what to train, on what, and what came of it.
// With these seeds nothing hangs on a rounding, so that results can be held to roundings alone. Not for comparing.
import type { Param, ParamStore } from '../../src/core/params';
import { fuse } from '../../src/graph/fuse';
import type { ConvAttrs, Graph, GraphNode, MapShape } from '../../src/graph/types';
import { prepareQat } from '../../src/quant/prepare';
import { qconfigById, type WeightScheme } from '../../src/quant/qconfigs';
import type { QatGraph } from '../../src/quant/types';
import type { SgdAttrs } from '../../src/device/contract';
import { freshState, type TrainState } from '../../src/train/state';
import type { ForwardMode } from '../../src/train/train-forward';
import type { Batch } from '../../src/train/trainer';
import { loadFixture } from './fixture';

/** null for FP32. */
export interface KindValues {
  /** Largest code of activations, and ends of weights. */
  readonly codes: readonly [number, number, number] | null;
  readonly weight_scheme: WeightScheme | null;
}
interface CaseValues extends KindValues {
  readonly seed: number;
  readonly kind: string;
  /** Of the target, what the network answered before training; 0: the labels alone. */
  readonly teacher_share: number;
  /** Largest relative L2 of anything in PyTorch's float32 against its float64. */
  readonly self_difference: number;
}
interface Values {
  readonly steps: number;
  readonly sgd: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
  readonly cases: readonly CaseValues[];
}

const fixture = loadFixture<Values>('small_step');
const { steps, sgd, cases } = fixture.values;

export interface SmallStep {
  readonly name: string;
  readonly graph: Graph | QatGraph;
  readonly start: ParamStore;
  readonly batches: readonly Batch[];
  readonly sgd: SgdAttrs;
  /** Of the network as it was before training. */
  readonly teacherShare: number;
  readonly selfDifference: number;
  /** What the fixture has of it, by its names. */
  readonly wanted: ReadonlyMap<string, Float32Array>;
}

export const SMALL_STEPS: readonly SmallStep[] = cases.map(({ seed, kind, ...values }, index) => ({
  name: `${kind}, seed ${seed}`,
  graph: graphOf(kind, values),
  start: new Map([...arraysOf(`start.${seed}.`), ...arraysOf(`${index}.start.`)]),
  batches: Array.from({ length: steps }, (_, step) => ({
    x: fixture.f32(`batch.${seed}.${step}.x`),
    y: fixture.u8(`batch.${seed}.${step}.y`),
  })),
  sgd: { lr: sgd.lr, momentum: sgd.momentum, weightDecay: sgd.weight_decay },
  teacherShare: values.teacher_share,
  selfDifference: values.self_difference,
  wanted: new Map(
    arraysOf(`${index}.`).flatMap(([name, { data }]) => (name.startsWith('start.') ? [] : [[name, data] as const])),
  ),
}));

/** Of step number `step`: everything is frozen in the last one. */
export const smallMode = (step: number): ForwardMode => ({
  bnFrozen: step === steps - 1,
  observersFrozen: step === steps - 1,
});

/** Gradients of a step by the fixture's names. */
export const gradientsOf = (step: number, gradients: ReadonlyMap<string, Param>): [string, Float32Array][] =>
  step > 0 && step < steps - 1
    ? []
    : [...gradients].map(([name, { data }]) => [`${step}.gradient.${name}`, data] as const as [string, Float32Array]);

/** The state after all steps by the fixture's names. */
export const stateOf = ({ params, momentum, ranges }: TrainState): [string, Float32Array][] => [
  ...[...params].map(([name, { data }]): [string, Float32Array] => [`after.${name}`, data]),
  ...[...momentum].map(([name, { data }]): [string, Float32Array] => [`momentum.${name}`, data]),
  ...[...ranges].map(([key, { min, max }]): [string, Float32Array] => [
    `range.${key}`,
    Float32Array.of(...min, ...max),
  ]),
];

export const startOf = ({ start }: SmallStep): TrainState => freshState(start);

function arraysOf(prefix: string): [string, Param][] {
  const names = fixture.names.filter((name) => name.startsWith(prefix));
  return names.map((name) => [name.slice(prefix.length), { shape: fixture.shape(name), data: fixture.f32(name) }]);
}

export function graphOf(kind: string, { codes, weight_scheme }: KindValues): Graph | QatGraph {
  const convBn = (id: string, from: string, conv: ConvAttrs, size: number): GraphNode[] => {
    const out = map(size, conv.cout);
    const bn = { prefix: `${id}_bn`, eps: 1e-5, momentum: 0.1 };
    return [
      { id, op: 'conv', inputs: [from], out, conv, weight: `${id}.weight`, relu: false },
      { id: `${id}_bn`, op: 'bn', inputs: [id], out, bn },
    ];
  };
  const reluAfter = (id: string, from: string, out: MapShape): GraphNode => ({ id, op: 'relu', inputs: [from], out });
  const map = (size: number, c: number): MapShape => ({ h: size, w: size, c });
  const unfused: Graph = {
    name: 'small',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out: map(11, 3) },
      ...convBn('stem', 'input', { cin: 3, cout: 6, kernel: 5, stride: 2, pad: 2 }, 6),
      reluAfter('stem_relu', 'stem_bn', map(6, 6)),
      { id: 'pool', op: 'maxpool', inputs: ['stem_relu'], out: map(3, 6), kernel: 3, stride: 2, pad: 1 },
      ...convBn('a', 'pool', { cin: 6, cout: 8, kernel: 3, stride: 2, pad: 1 }, 2),
      reluAfter('a_relu', 'a_bn', map(2, 8)),
      ...convBn('b', 'a_relu', { cin: 8, cout: 8, kernel: 3, stride: 1, pad: 1 }, 2),
      ...convBn('down', 'pool', { cin: 6, cout: 8, kernel: 1, stride: 2, pad: 0 }, 2),
      { id: 'skip_add', op: 'add', inputs: ['b_bn', 'down_bn'], out: map(2, 8), relu: false },
      reluAfter('relu', 'skip_add', map(2, 8)),
      {
        ...{ id: 'plain', op: 'conv', inputs: ['relu'], out: map(3, 7), relu: false },
        ...{ conv: { cin: 8, cout: 7, kernel: 2, stride: 1, pad: 1 }, weight: 'plain.weight', bias: 'plain.bias' },
      },
      reluAfter('plain_relu', 'plain', map(3, 7)),
      { id: 'average', op: 'avgpool', inputs: ['plain_relu'], out: map(1, 7) },
      { id: 'flatten', op: 'flatten', inputs: ['average'], out: map(1, 7) },
      {
        ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: map(1, 4) },
        ...{ inFeatures: 7, outFeatures: 4, weight: 'fc.weight', bias: 'fc.bias' },
      },
    ],
  };
  const graph = kind.endsWith('unfused') ? unfused : fuse(unfused).graph;
  if (!codes || !weight_scheme) return graph;
  const options = { weightScheme: weight_scheme };
  const qconfig = qconfigById(kind.startsWith('lsq') ? 'lsq' : kind === 'qat_fused' ? 'fbgemm_fused' : 'fbgemm_qat', options);
  const [activationMax, qmin, qmax] = codes;
  const activation = { ...qconfig.activation, qmax: activationMax };
  const weight = { ...qconfig.weight, qmin, qmax };
  return prepareQat(graph, { ...qconfig, activation, weight }, { fuseAddRelu: false });
}
