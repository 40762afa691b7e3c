// Whole legs of a run with the real trainer on a small network: broken off and resumed, bit for bit; memory over 500 steps.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Rng } from '../core/rng';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from '../data/cifar10-spec';
import type { ImageSource, Split } from '../data/source';
import { wasmBackend } from '../device/wasm';
import { tfjsMemory } from '../device/wasm/runtime';
import { setUpWasm } from '../device/wasm/testing';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import { freshRun, type KeptRun } from './kept-run';
import { continueRun } from './run';
import { trainedBy } from './state';
import { smallGraph, smallParams } from './testing';
import { Steering } from './steering';
import type { TrainEvent, TrainOptions, TrainResult } from './types';

const OPTIONS: TrainOptions = {
  ...{
    kind: 'qat',
    steps: 8,
    batch: 4,
    learningRate: 0.02,
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
  ...{ schedule: 'cosine', validateEvery: 3, validationImages: 4, freezeBnAt: 3 / 8, freezeObserversAt: 4 / 8 },
};
const bits = { weightBits: 4, activationBits: 6 };
const fused = smallGraph();
const GRAPHS = {
  control: fused,
  fbgemm_qat: prepareQat(fused, qconfigById('fbgemm_qat', bits), { fuseAddRelu: true }),
  fbgemm: prepareQat(fused, qconfigById('fbgemm', bits), { fuseAddRelu: false }),
};
const params = smallParams(fused, 5);
const data = {
  spec: CIFAR10,
  block: SHARD_IMAGES,
  size: () => 2000,
  images: async (_: Split, start: number, count: number) => {
    const rng = new Rng(start);
    const labels = Uint8Array.from({ length: count }, (_, i) => (start + i) % 10);
    const pixels = Uint8Array.from({ length: count * IMAGE_BYTES }, (_, i) => 128 + rng.below(64) + (i % 10));
    return { labels, pixels };
  },
};

interface Leg {
  readonly kept: KeptRun[];
  readonly events: TrainEvent[];
  readonly result?: TrainResult;
  readonly error?: unknown;
}

/** Goes on with a kept run until the end, or until `act` throws. What is kept is copied as IndexedDB copies it. */
async function leg(
  graph: (typeof GRAPHS)[keyof typeof GRAPHS],
  start: KeptRun,
  act: (event: TrainEvent, steering: Steering) => void = () => {},
  options = OPTIONS,
  source: ImageSource = data,
): Promise<Leg> {
  const steering = new Steering(options.learningRate);
  const kept: KeptRun[] = [];
  const events: TrainEvent[] = [];
  const running = continueRun({
    ...{ graph, start, options, data: source, steering },
    validate: async (trainer, images) => {
      await images.images('validation', 0, 1);
      return { accuracy: [...(await trainer.read()).params.get('fc.bias')!.data].reduce((a, b) => a + b) };
    },
    keep: async (run) => {
      kept.push(structuredClone(run));
      return { type: 'saved', step: run.state.step };
    },
    onEvent: (event) => {
      events.push(event);
      act(event, steering);
    },
  });
  return running.then(
    (result) => ({ kept, events, result }),
    (error: unknown) => ({ kept, events, error }),
  );
}

/** After step 3 the state is kept, and the next step's rate destroys it. */
const divergeAfter3 = (event: TrainEvent, steering: Steering): void => {
  if (event.type === 'step' && event.step === 3) steering.pause();
  if (event.type !== 'saved') return;
  steering.learningRate = 1e30;
  steering.resume();
};

const fresh = () => freshRun(params);
const told = ({ events }: Leg) =>
  events.flatMap((event) => {
    if (event.type === 'step') return [[event.step, event.loss, event.accuracy]];
    return event.type === 'validation' ? [[event.step, event.accuracy]] : [];
  });

describe('on wasm', () => {
  beforeAll(setUpWasm);

  describe.each(Object.entries(GRAPHS))('%s', (name, graph) => {
    test.each([1, 4, 7])('broken off after step %i and resumed: the same bits as unbroken', async (at) => {
      const whole = await leg(graph, fresh());
      const broken = await leg(graph, fresh(), (event, steering) => {
        if (event.type === 'step' && event.step === at) steering.pause();
        if (event.type === 'saved') throw new Error('the page is closed');
      });
      expect([broken.kept.length, broken.result]).toEqual([1, undefined]);
      const rest = await leg(graph, broken.kept[0]);
      expect(rest.events[0]).toMatchObject({ type: 'restored', step: at, history: broken.kept[0].history });
      expect([...told(broken), ...told(rest)]).toEqual(told(whole));
      expect(rest.result!.losses).toEqual(whole.result!.losses);
      const [end, other] = [whole, rest].map(({ kept }) => kept.at(-1)!);
      expect(other.state).toEqual(end.state);
      expect(other.history).toEqual(end.history);
      expect(end.state.observersFrozen).toBe(name === 'fbgemm_qat');
      expect(whole.events.some(({ type }) => type === 'observers-frozen')).toBe(name === 'fbgemm_qat');
      expect(end.state.histograms.size > 0).toBe(name === 'fbgemm');
      expect(trainedBy(graph, other.state)).toEqual(trainedBy(graph, end.state));
    });

    test.each([
      [5, 'leave'],
      [8, 'leave'],
      [5, 'damp'],
      [5, 'freeze'],
    ] as const)('broken off after step %i, statistics re-estimated, oscillations: %s', async (at, oscillations) => {
      const options = { ...OPTIONS, oscillations, reestimateBatchNorm: 100 };
      const whole = await leg(graph, fresh(), undefined, options);
      const broken = await leg(
        graph,
        fresh(),
        (event, steering) => {
          if (event.type === 'step' && event.step === at) steering.pause();
          if (event.type === 'saved') throw new Error('the page is closed');
        },
        options,
      );
      const rest = await leg(graph, broken.kept[0], undefined, options);
      const [end, other] = [whole, rest].map(({ kept }) => kept.at(-1)!);
      expect(other.state).toEqual(end.state);
      expect([...told(broken), ...told(rest)]).toEqual(told(whole));
      // What was trained is what would have been without.
      const plain = (await leg(graph, fresh(), undefined, { ...OPTIONS, oscillations })).kept.at(-1)!.state;
      expect({ ...end.state, statistics: plain.statistics }).toEqual(plain);
      const names = [...params.keys()].filter((name) => name.includes('running'));
      expect([...end.state.statistics.keys()].sort()).toEqual(names.sort());
    });

    test('resumed and stopped at once, its state is the one that was kept', async () => {
      const whole = await leg(graph, fresh(), (event, steering) => {
        if (event.type === 'step' && event.step === 6) steering.pause();
        if (event.type === 'saved') steering.resume();
      });
      const stopped = await leg(graph, whole.kept[0], (_, steering) => steering.stop());
      expect(stopped.result).toMatchObject({ steps: 6, finished: false });
      expect(stopped.kept.map(({ state }) => state)).toEqual([whole.kept[0].state]);
    });
  });

  test('a stopped run keeps what it learned, and one that ended only gives its result again', async () => {
    const stopped = await leg(GRAPHS.fbgemm_qat, fresh(), (event, steering) => {
      if (event.type === 'step' && event.step === 5) steering.stop();
    });
    expect(stopped.result).toMatchObject({ steps: 5, finished: false });
    const end = stopped.kept.at(-1)!;
    expect([end.state.step, end.result]).toEqual([5, stopped.result]);
    expect(end.state.params.get('fc.weight')!.data).not.toEqual(params.get('fc.weight')!.data);
    const again = await leg(GRAPHS.fbgemm_qat, end);
    expect(again.events.map(({ type }) => type)).toEqual(['restored']);
    expect(again.result).toEqual(stopped.result);
  });

  test('after divergence a lower rate goes on from the last good state, to the end', async () => {
    const options = { ...OPTIONS, steps: 40 };
    const failed = await leg(GRAPHS.fbgemm_qat, fresh(), divergeAfter3, options);
    expect(failed.error).toMatchObject({ code: 'diverged', hint: expect.stringContaining('from step 3') });
    expect(failed.kept.map(({ state }) => state.step)).toEqual([3]);
    const rest = await leg(GRAPHS.fbgemm_qat, failed.kept[0], undefined, options);
    expect(rest.events[0]).toMatchObject({ type: 'restored', step: 3 });
    expect(rest.result).toMatchObject({ steps: 40, finished: true });
    expect(rest.result!.losses).toHaveLength(40);
    expect(rest.result!.losses.every(Number.isFinite)).toBe(true);
  });

  test('a state that the last step spoilt is no result', async () => {
    for (const options of [OPTIONS, { ...OPTIONS, freezeBnAt: 0 }]) {
      const once = { ...options, steps: 1, learningRate: 1e20, validateEvery: 0 };
      const { error, kept, events } = await leg(GRAPHS.fbgemm, fresh(), undefined, once);
      const step = events.find(({ type }) => type === 'step') as { loss: number };
      expect(step.loss).toBeLessThan(20);
      expect(error).toMatchObject({ code: 'diverged', hint: expect.stringContaining('from step 0') });
      expect(kept).toEqual([]);
    }
  });

  test('a control takes the steps and rates that QAT took, a fall back and an early stop among them', async () => {
    const options = { ...OPTIONS, steps: 40, validateEvery: 0 };
    const graph = GRAPHS.control;
    const failed = await leg(graph, fresh(), divergeAfter3, options);
    expect(failed.error).toMatchObject({ code: 'diverged' });
    const stopped = await leg(
      graph,
      failed.kept[0],
      (event, steering) => {
        if (event.type === 'step' && event.step === 5) steering.learningRate = 0.002;
        if (event.type === 'step' && event.step === 9) steering.stop();
      },
      { ...options, learningRate: 0.01 },
    );
    expect(stopped.result).toMatchObject({ steps: 9, finished: false, diverged: false });
    expect(stopped.result!.schedule).toEqual([
      { step: 0, rate: 0.02 },
      { step: 3, rate: 0.01 },
      { step: 5, rate: 0.002 },
    ]);
    const replayed = await leg(graph, fresh(), undefined, { ...options, learningRate: 1, replay: stopped.result });
    expect(replayed.result).toMatchObject({ steps: 9, finished: true, schedule: stopped.result!.schedule });
    expect(replayed.kept.at(-1)!.state).toEqual(stopped.kept.at(-1)!.state);
    expect(replayed.result!.losses).toEqual(stopped.result!.losses);
  });

  test('a control that diverges at those rates ends with its last good state', async () => {
    const schedule = [
      { step: 0, rate: 0.02 },
      { step: 5, rate: 1e30 },
    ];
    const { result, kept, error } = await leg(
      GRAPHS.control,
      fresh(),
      (event, steering) => {
        if (event.type === 'step' && event.step === 3) steering.pause();
        if (event.type === 'saved') steering.resume();
      },
      { ...OPTIONS, replay: { steps: 8, schedule } },
    );
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ steps: 3, finished: false, diverged: true, schedule: schedule.slice(0, 1) });
    expect(result!.losses.length).toBe(3);
    expect(kept.at(-1)).toMatchObject({ state: kept[0].state, result });
  });

  describe('data that do not come', () => {
    const never = new Promise<never>(() => {});

    test('a stop is heard, and what was learned before is the result', async () => {
      const shards = new Set<number>();
      // A batch is half a shard: the third one waits.
      const stalled: ImageSource = {
        ...data,
        images: (split, first, count) =>
          count === 1 || shards.add(first).size < 2 ? data.images(split, first, count) : never,
      };
      const options = { ...OPTIONS, batch: 500, validateEvery: 0 };
      const stop = (event: TrainEvent, steering: Steering) => {
        if (event.type === 'step' && event.step === 2) setTimeout(() => steering.stop(), 50);
      };
      const { result, kept } = await leg(GRAPHS.control, fresh(), stop, options, stalled);
      expect(result).toMatchObject({ steps: 2, finished: false });
      expect(kept.at(-1)!.result).toEqual(result);
    });

    test('nor does a validation hold a stop up', async () => {
      const stalled: ImageSource = {
        ...data,
        images: (split, ...range) => (split === 'validation' ? never : data.images(split, ...range)),
      };
      const stop = (event: TrainEvent, steering: Steering) => {
        if (event.type === 'step' && event.step === 3) setTimeout(() => steering.stop(), 50);
      };
      const { result, kept } = await leg(GRAPHS.control, fresh(), stop, OPTIONS, stalled);
      expect(result).toMatchObject({ steps: 3, finished: false });
      expect(kept.at(-1)!.history.validations).toEqual([]);
    });
  });

  test('500 steps: as many tensors and bytes at every step', async () => {
    const memory: string[] = [];
    const heap: number[] = [];
    const { result } = await leg(
      GRAPHS.fbgemm_qat,
      fresh(),
      (event) => {
        if (event.type !== 'step') return;
        const { numTensors, numBytes, numDataBuffers } = tf.memory();
        memory.push([numTensors, numBytes, numDataBuffers].join());
        heap.push(tfjsMemory(wasmBackend()).buffer.byteLength);
      },
      { ...OPTIONS, steps: 500, batch: 2, validateEvery: 100 },
    );
    expect(memory.length).toBe(500);
    expect(new Set(memory).size).toBe(1);
    expect(new Set(heap).size).toBe(1);
    expect(result!.tensorsAtEnd).toBe(result!.tensorsAtStart);
  });
});
