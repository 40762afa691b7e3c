// Nothing of what fails stays on the device: constructors that lack a parameter, and work in which one kernel after the
// other, and one read after the other, fails.
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ParamStore } from '../core/params';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from '../data/cifar10-spec';
import type { Split } from '../data/source';
import { freeze } from '../quant/freeze';
import { Calibration } from '../quant/methods/calibration';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import { freshRun } from './kept-run';
import { calibrate, logitsOf } from './evaluate';
import { foldBatchNorms } from '../graph/fold';
import { FloatModel } from './float-model';
import { continueRun } from './run';
import { setUpWasm } from '../device/wasm/testing';
import { runKernel } from '../device/run-kernel';
import { smallBatch, smallGraph, smallParams } from './testing';
import { Steering } from './steering';
import { Trainer } from './trainer';
import type { TrainOptions } from './types';
import { verifyFusion } from './verify';

const fused = smallGraph();
const params = smallParams(fused, 5);
const bits = { weightBits: 4, activationBits: 6 };
const qat = prepareQat(fused, qconfigById('fbgemm_qat', bits), { fuseAddRelu: true });
const observing = prepareQat(fused, qconfigById('fbgemm', bits), { fuseAddRelu: true });
const activations = Object.entries(qat.quant).filter(([, { activation }]) => activation);
const range = { min: Float32Array.of(-1), max: Float32Array.of(1) };
const ranges = observeWeights(qat, params, new Map(activations.map(([id]) => [id, range])));
const quantizers = freeze(qat, ranges);
const SGD = { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 };
const MODE = { bnFrozen: false, observersFrozen: false };
const BATCH = smallBatch(0, 4);
const ONE_IMAGE = BATCH.x.subarray(0, IMAGE_BYTES);
async function* oneBatch() {
  yield BATCH.x;
}

const without = <T>(map: ReadonlyMap<string, T>, key: string) => new Map([...map].filter(([name]) => name !== key));
/** Tensors, and what the backend stores for them. */
const alive = () => [tf.memory().numTensors, tf.backend().numDataIds()];

class Failure extends Error {}
type Breakable = 'kernel' | 'read';

/** Makes the n-th kernel or read from now on fail, counted from 0. */
function breakAt(what: Breakable, n: number): void {
  const failsNow = () => n-- === 0;
  if (what === 'kernel') {
    const engine = tf.engine() as unknown as { runKernelFunc(this: object, params: unknown): unknown };
    const { runKernelFunc } = engine;
    vi.spyOn(engine, 'runKernelFunc').mockImplementation(function (this: object, kernel) {
      if (failsNow()) throw new Failure();
      return runKernelFunc.call(this, kernel);
    });
  } else {
    const { data } = tf.Tensor.prototype;
    vi.spyOn(tf.Tensor.prototype, 'data').mockImplementation(function (this: tf.Tensor) {
      return failsNow() ? Promise.reject(new Failure()) : data.call(this);
    });
  }
}

/** Does the work again and again, each time with a later kernel or read that fails, until it succeeds. @returns how often */
async function failEverywhere(what: Breakable, work: () => Promise<unknown>): Promise<number> {
  await work();
  const before = alive();
  for (let n = 0; ; n++) {
    breakAt(what, n);
    const error = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    vi.restoreAllMocks();
    expect(alive(), `${what} ${n}`).toEqual(before);
    if (error === undefined) return n;
    expect(error).toBeInstanceOf(Failure);
  }
}

const data = {
  spec: CIFAR10,
  block: SHARD_IMAGES,
  size: () => 2000,
  images: async (_: Split, start: number, count: number) => ({
    labels: Uint8Array.from({ length: count }, (_, i) => (start + i) % 10),
    pixels: Uint8Array.from({ length: count * IMAGE_BYTES }, (_, i) => (i * 7 + start) % 256),
  }),
};

const OPTIONS: TrainOptions = {
  ...{
    kind: 'qat',
    steps: 2,
    batch: 2,
    learningRate: 0.01,
    momentum: 0.9,
    weightDecay: 1e-4,
    seed: 3,
    distillation: 0,
    averaging: 0,
    oscillations: 'leave',
    augmentation: 'crops_and_flips',
    reestimateBatchNorm: 0,
    optimizer: 'sgd',
  },
  ...{ schedule: 'constant', validateEvery: 1, validationImages: 4, freezeBnAt: 1, freezeObserversAt: 1 },
};

/** A run of which a part may be another than the usual one. */
const run = (other: Partial<Parameters<typeof continueRun>[0]> = {}) =>
  continueRun({
    ...{ graph: qat, start: freshRun(params), options: OPTIONS, data, onEvent: () => {} },
    steering: new Steering(OPTIONS.learningRate),
    validate: async (trainer) => ({ accuracy: (await trainer.read()).params.size }),
    keep: async ({ state }) => ({ type: 'saved', step: state.step }),
    ...other,
  });

/** Like a caller of the page: disposes of it whatever happens. */
async function using<T extends { dispose(): void }>(made: T, work: (made: T) => Promise<unknown>): Promise<void> {
  try {
    await work(made);
  } finally {
    made.dispose();
  }
}

const WORK: [name: string, work: () => Promise<unknown>, kernels: number, reads: number][] = [
  [
    'a simulated model',
    () => using(new FloatModel(qat, params, quantizers), (model) => logitsOf(model, BATCH.x)),
    20,
    1,
  ],
  ['the check of a fused model', () => verifyFusion({ original: fused, fused }, params, 2, ONE_IMAGE, () => {}), 20, 4],
  [
    'calibration',
    () => calibrate(new Calibration(foldBatchNorms(fused, params), { fuseAddRelu: true }), oneBatch()),
    20,
    7,
  ],
  [
    'statistics of batch norms',
    () => using(new Trainer(qat, { params }), (made) => made.reestimate(oneBatch())),
    20,
    20,
  ],
  ...(['damp', 'freeze'] as const).map((oscillations): (typeof WORK)[number] => [
    `steps whose oscillations are kept down: ${oscillations}`,
    () =>
      using(new Trainer(qat, { params }, { oscillations, steps: 2 }), async (trainer) => {
        await trainer.trainStep(BATCH, SGD, MODE);
        await trainer.trainStep(BATCH, SGD, MODE);
      }),
    100,
    4,
  ]),
  ...Object.entries({ FP32: fused, QAT: qat, observing }).map(([name, graph]): (typeof WORK)[number] => [
    `a step of training: ${name}`,
    () =>
      using(new Trainer(graph, { params }), async (trainer) => {
        await trainer.trainStep(BATCH, SGD, MODE);
        await trainer.peek(BATCH, MODE);
        const { loss, grads } = trainer.gradients(BATCH, MODE);
        tf.dispose([loss, [...grads.values()]]);
        await trainer.snapshot();
        await trainer.read();
      }),
    100,
    20,
  ]),
];

describe('on wasm', () => {
  beforeAll(setUpWasm);
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    ['a float model', (params: ParamStore) => new FloatModel(fused, params)],
    ['a simulated model', (params: ParamStore) => new FloatModel(qat, params, quantizers)],
    ['a trainer', (params: ParamStore) => new Trainer(fused, { params })],
    ['a trainer of QAT', (params: ParamStore) => new Trainer(qat, { params })],
  ])('%s that lacks a parameter', (_, make) => {
    const before = alive();
    for (const name of params.keys()) {
      expect(() => make(without(params, name)), name).toThrow();
      expect(alive(), name).toEqual(before);
    }
  });

  test('kernels that meet a range that has seen nothing, after they made their output', () => {
    const [x, dy] = [1, 2].map((fill) => tf.fill([8, 4], fill));
    const unseen = tf.tensor2d([...new Array(4).fill(Infinity), ...new Array(4).fill(-Infinity)], [2, 4]);
    const factor = tf.ones([4]);
    const attrs = { scheme: 'symmetric', qmin: -8, qmax: 7, eps: 2 ** -23 } as const;
    const before = alive();
    const calls = {
      plain: () => runKernel('QatFakeQuant', { x, range: unseen }, attrs),
      gradient: () => runKernel('QatFakeQuantGrad', { x, dy, range: unseen }, attrs),
      scaled: () => runKernel('QatFakeQuantScaled', { x, factor, range: unseen }, attrs),
      scaledGradient: () => runKernel('QatFakeQuantScaledGrad', { x, dy, factor, range: unseen }, attrs),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(call, name).toThrow(expect.objectContaining({ code: 'bad-argument' }));
      expect(alive(), name).toEqual(before);
    }
    // The last one works in dy's memory.
    expect([...dy.dataSync()]).toEqual(new Array(32).fill(2));
    tf.dispose([x, dy, unseen, factor]);
  });

  test.each(WORK)('%s: one kernel after the other fails', async (_, work, kernels) => {
    expect(await failEverywhere('kernel', work)).toBeGreaterThanOrEqual(kernels);
  });

  test.each(WORK)('%s: one read after the other fails', async (_, work, __, reads) => {
    expect(await failEverywhere('read', work)).toBeGreaterThanOrEqual(reads);
  });

  test.each<[string, Parameters<typeof run>[0]]>([
    ['images do not come', { data: { ...data, images: () => Promise.reject(new Failure()) } }],
    ['state is not kept', { keep: () => Promise.reject(new Failure()) }],
    ['validation fails', { validate: () => Promise.reject(new Failure()) }],
  ])('a run whose %s', async (_, other) => {
    await run();
    const before = alive();
    await expect(run(other)).rejects.toThrow(Failure);
    expect(alive()).toEqual(before);
  });
});
