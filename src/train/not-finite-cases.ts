// NaN and infinity at every kind of place of a training, each driven through the real loop: what it ends with on the
// backend that runs. For tests, in Node and in browsers; not for single kernels.
import * as tf from '@tensorflow/tfjs';
import { isUnseen } from '../core/qparams';
import type { Graph } from '../graph/types';
import type { QatGraph } from '../quant/types';
import { SGD_MOMENTUM } from './kernels/contract';
import { trainLoop } from './loop';
import { smallBatch } from './small-network';
import type { TrainState } from './state';
import { TrainControl } from './train-control';
import { Trainer, type Batch } from './trainer';
import type { TrainOptions } from './types';

const IMAGES = 2;
/** Steps before the fault, and after it if nobody notices. */
const HEALTHY = 2;
const MORE = 3;
const OPTIONS: TrainOptions = {
  ...{ kind: 'qat', steps: HEALTHY + MORE, batch: IMAGES, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 },
  ...{ seed: 0, validateEvery: 0, validationImages: 0, freezeBnAt: 1, freezeObserversAt: 1 },
};

/** One value that is not finite, somewhere in the first step after the healthy ones. */
export interface Fault {
  readonly name: string;
  readonly inState?: (state: TrainState) => void;
  readonly inBatch?: (batch: Batch) => void;
  /** Element of the gradient of the parameter of that number. */
  readonly inGradient?: { readonly parameter: number; readonly at: number; readonly value: number };
}

/** How a training ended. */
export interface Ending {
  /** The error's code and its words, numbers of steps left out; or 'finished'. */
  readonly words: string;
  /** Whether the state that was kept last, the result if it finished, is finite. */
  readonly keptFinite: boolean;
}

/** A state after a few steps on the backend that runs. */
export async function healthyState(graph: Graph | QatGraph, start: Pick<TrainState, 'params'>): Promise<TrainState> {
  const trainer = new Trainer(graph, start);
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
export function faults(state: TrainState, value: number): Fault[] {
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

export interface Leg {
  readonly graph: Graph | QatGraph;
  readonly healthy: TrainState;
  /** Batch norm and observers. */
  readonly frozen: boolean;
  /** A state is kept after each step, or at the end alone. */
  readonly keepsOften: boolean;
}

/** Goes on from a healthy state with a fault in the first step. */
export async function train({ graph, healthy, frozen, keepsOften }: Leg, fault: Fault): Promise<Ending> {
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
      ...{ trainer, start: healthy, batches: batches(fault), control: new TrainControl(OPTIONS.learningRate) },
      options: { ...OPTIONS, freezeBnAt: from, freezeObserversAt: from },
      history: { losses: [2.3, 2.3], validations: [], schedule: [] },
      ...{ firstCheckpoint: seconds, checkpointEvery: seconds },
      validate: async () => 0,
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
  const kernel = tf.getKernel(SGD_MOMENTUM, backend)!;
  const put = (config: tf.KernelConfig) => {
    tf.unregisterKernel(SGD_MOMENTUM, backend);
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
