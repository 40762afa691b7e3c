// NaN and infinity at every kind of place of a training, each driven through the real loop: what it ends with on the
// backend that runs, and what it must. For tests, in Node and in browsers; not for single kernels.
import * as tf from '@tensorflow/tfjs';
import { isUnseen } from '../core/qparams';
import type { Graph } from '../graph/types';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { trainLoop } from './loop';
import { smallBatch, smallGraph, smallParams } from './small-network';
import type { TrainState } from './state';
import { Steering } from './steering';
import { Trainer, type Batch } from './trainer';
import type { TrainOptions } from './types';

const IMAGES = 2;
/** Steps before the fault, and after it if nobody notices. */
const HEALTHY = 2;
const MORE = 3;
const OPTIONS: TrainOptions = {
  ...{ kind: 'qat', steps: HEALTHY + MORE, batch: IMAGES, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 },
  ...{
    schedule: 'constant',
    distillation: 0,
    averaging: 0,
    oscillations: 'leave',
    augmentation: 'crops_and_flips',
    reestimateBatchNorm: 0,
    optimizer: 'sgd',
    seed: 0,
    validateEvery: 0,
    validationImages: 0,
    freezeBnAt: 1,
    freezeObserversAt: 1,
  },
};

const fused = smallGraph();
const params = smallParams(fused, 5);
const qat = (bits: number) =>
  prepareQat(fused, qconfigById('fbgemm_qat', { weightBits: bits, activationBits: bits }), { fuseAddRelu: bits === 8 });

/** One value that is not finite, somewhere in the first step after the healthy ones. */
interface Fault {
  readonly name: string;
  readonly inState?: (state: TrainState) => void;
  readonly inBatch?: (batch: Batch) => void;
  /** Element of the gradient of the parameter of that number. */
  readonly inGradient?: { readonly parameter: number; readonly at: number; readonly value: number };
}

/** How a training ended. */
interface Ending {
  /** The error's code and its words, numbers of steps left out; or 'finished'. */
  readonly words: string;
  /** Whether the state that was kept last, the result if it finished, is finite. */
  readonly keptFinite: boolean;
}

const FINISHED: Ending = { words: 'finished', keptFinite: true };
const DIVERGED: Ending = {
  words:
    'diverged: Weights, activations or the loss grew beyond all bounds (step N, learning rate 0.01, batch 2). ' +
    'Press Retry with a lower learning rate or, where the batch is small, with a larger one. ' +
    'Training goes on from step N; what was learned up to there is kept.',
  keptFinite: true,
};

/** What is trained. */
export interface Leg {
  readonly name: string;
  readonly graph: Graph | QatGraph;
  /** Batch norm and observers. */
  readonly frozen: boolean;
  /** Faults after which training may finish. */
  readonly isHarmless?: (fault: Fault) => boolean;
}

/** A MinMaxObserver's end that is its neutral element is as one that has seen nothing: the next batch sets it. */
const heals = ({ name }: Fault) =>
  /^(Infinity in range of .*weight, min|-Infinity in range of .*weight, max)/.test(name);

export const LEGS: readonly Leg[] = [
  { name: 'FP32', graph: fused, frozen: false },
  { name: 'FP32, batch norm frozen', graph: fused, frozen: true },
  { name: 'QAT at 8 bits', graph: qat(8), frozen: false },
  { name: 'QAT at 8 bits, all frozen', graph: qat(8), frozen: true },
  { name: 'QAT at 4 bits', graph: qat(4), frozen: false },
  { name: 'QAT at 4 bits, all frozen', graph: qat(4), frozen: true },
  {
    ...{ name: 'observing only', graph: prepareQat(fused, qconfigById('fbgemm'), { fuseAddRelu: false }) },
    ...{ frozen: false, isHarmless: heals },
  },
];

/** How many faults were tried, and the endings, by fault, that are not what they must be. */
export interface Verdict {
  readonly tried: number;
  readonly otherwise: Readonly<Record<string, Ending>>;
}

/** NaN and both infinities at every place, or at each `every`th: one error in one wording, and a finite state is kept. */
export async function verdictOnAll(leg: Leg, every: number): Promise<Verdict> {
  const healthy = await healthyState(leg.graph);
  const all = [NaN, Infinity, -Infinity].flatMap((value) => faults(healthy, value));
  return judge(leg, healthy, true, (fault, i) => i % every === 0 || leg.isHarmless?.(fault) === true, all);
}

/** NaN in running statistics, which nothing reads while batch norm takes the batch, of a state that is kept at the end. */
export async function verdictOnRunning(leg: Leg): Promise<Verdict> {
  const healthy = await healthyState(leg.graph);
  return judge(leg, healthy, false, ({ name }) => /running/.test(name), faults(healthy, NaN));
}

/** Whether the same training finishes without a fault. */
export async function finishes(leg: Leg): Promise<boolean> {
  return isEnding(await train(leg, await healthyState(leg.graph), true, { name: 'none' }), FINISHED);
}

async function judge(
  leg: Leg,
  healthy: TrainState,
  keepsOften: boolean,
  picks: (fault: Fault, i: number) => boolean,
  faults: readonly Fault[],
): Promise<Verdict> {
  const otherwise: Record<string, Ending> = {};
  const picked = faults.filter(picks);
  for (const fault of picked) {
    const ending = await train(leg, healthy, keepsOften, fault);
    if (!isEnding(ending, leg.isHarmless?.(fault) ? FINISHED : DIVERGED)) otherwise[fault.name] = ending;
  }
  return { tried: picked.length, otherwise };
}

const isEnding = (a: Ending, b: Ending) => a.words === b.words && a.keptFinite === b.keptFinite;

/** A state after a few steps on the backend that runs. */
async function healthyState(graph: Graph | QatGraph): Promise<TrainState> {
  const trainer = new Trainer(graph, { params });
  const { learningRate: lr, momentum, weightDecay } = OPTIONS;
  for (let i = 0; i < HEALTHY; i++)
    await trainer.trainStep(
      smallBatch(i, IMAGES),
      { lr, momentum, weightDecay },
      { bnFrozen: false, observersFrozen: false },
    );
  const state = await trainer.snapshot();
  trainer.dispose();
  return state;
}

/** First, middle and last. */
const spots = (length: number) => [...new Set([0, length >> 1, length - 1])];

/** Faults of a value in parameters, momenta, ranges, gradients and images of a state. */
function faults(state: TrainState, value: number): Fault[] {
  const { params, momentum, ranges } = state;
  const inArray = (name: string, length: number, array: (state: TrainState) => Float32Array): Fault[] =>
    spots(length).map((at) => ({
      name: `${value} in ${name}[${at}]`,
      inState: (state) => (array(state)[at] = value),
    }));
  return [
    ...[...params].flatMap(([name, { data }]) => inArray(name, data.length, (s) => s.params.get(name)!.data)),
    ...[...momentum].flatMap(([name, { data }]) =>
      inArray(`momentum of ${name}`, data.length, (s) => s.momentum.get(name)!.data),
    ),
    ...[...ranges].flatMap(([key, { min }]) =>
      (['min', 'max'] as const).flatMap((end) =>
        inArray(`range of ${key}, ${end}`, min.length, (s) => s.ranges.get(key)![end]),
      ),
    ),
    ...[...momentum.values()].flatMap(({ data: { length } }, parameter) =>
      spots(length).map((at) => ({
        name: `${value} in gradient ${parameter}[${at}]`,
        inGradient: { parameter, at, value },
      })),
    ),
    ...spots(IMAGES * 32 * 32 * 3).map((at) => ({
      name: `${value} in image[${at}]`,
      inBatch: ({ x }: Batch) => (x[at] = value),
    })),
  ];
}

/** Goes on from a healthy state with a fault in the first step. @param keepsOften after each step, or at the end alone */
async function train({ graph, frozen }: Leg, healthy: TrainState, keepsOften: boolean, fault: Fault): Promise<Ending> {
  const state = structuredClone(healthy);
  fault.inState?.(state);
  const trainer = new Trainer(graph, state);
  const mend = fault.inGradient ? spoilGradient(fault.inGradient) : () => {};
  const seconds = keepsOften ? 0 : Infinity;
  const from = frozen ? HEALTHY / OPTIONS.steps : 1;
  let kept = healthy;
  let words = 'finished';
  try {
    const loop = trainLoop({
      ...{ trainer, start: healthy, batches: batches(fault), steering: new Steering(OPTIONS.learningRate) },
      options: { ...OPTIONS, freezeBnAt: from, freezeObserversAt: from },
      history: { losses: [2.3, 2.3], validations: [], schedule: [] },
      ...{ keepFirstAfter: seconds, keepEvery: seconds },
      validate: async () => ({ accuracy: 0 }),
      keep: async (state) => {
        kept = structuredClone(state);
        return { type: 'saved', step: state.step };
      },
    });
    for await (const event of loop) void event;
  } catch (error) {
    const { code, message, hint } = error as Record<'code' | 'message' | 'hint', string>;
    words = `${code}: ${message} ${hint}`.replace(/step \d+/g, 'step N');
  } finally {
    mend();
    trainer.dispose();
  }
  return { words, keptFinite: isFinite(kept) };
}

async function* batches({ inBatch }: Fault): AsyncGenerator<Batch> {
  for (let i = HEALTHY; ; i++) {
    const batch = smallBatch(i, IMAGES);
    inBatch?.(batch);
    yield batch;
  }
}

/** Has the next step of SGD find a value in a gradient. @returns how to undo it */
function spoilGradient({ parameter, at, value }: Required<Fault>['inGradient']): () => void {
  const backend = tf.getBackend();
  const kernel = tf.getKernel('QatSgdMomentum', backend)!;
  const put = (config: tf.KernelConfig) => {
    tf.unregisterKernel('QatSgdMomentum', backend);
    tf.registerKernel(config);
  };
  put({
    ...kernel,
    kernelFunc: (call) => {
      put(kernel);
      const list = Object.values(call.inputs) as tf.Tensor[];
      const gradient = list[2 + 2 * parameter];
      const spot = new Float32Array(gradient.size);
      spot[at] = value;
      list[2 + 2 * parameter] = tf.add(gradient, tf.tensor(spot, gradient.shape));
      return kernel.kernelFunc({ ...call, inputs: list as unknown as tf.NamedTensorInfoMap });
    },
  });
  return () => put(kernel);
}

function isFinite({ params, momentum, ranges }: TrainState): boolean {
  const data = [...params.values(), ...momentum.values()].flatMap(({ data }) => [...data]);
  const ends = [...ranges.values()].flatMap(({ min, max }) =>
    [...min].flatMap((least, c) => (isUnseen(least, max[c]) ? [] : [least, max[c]])),
  );
  return [...data, ...ends].every(Number.isFinite);
}
