// What the session asks of the train step: QAT, its control, and what a failed one is retried with. The workers compute
// nothing.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PlaygroundError, type ErrorCode } from '../core/errors';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import type { RunKind, SavedTraining, TrainOptions, TrainResult } from '../worker/api';
import { createSession } from './session';
import type { SessionEvent } from './types';
import type { Workers } from './workers';

/** What train() was called with, in order. */
let asked: TrainOptions[];
/** What each run does: by default it takes the steps that it is asked for. */
let trains: Record<RunKind, (options: TrainOptions) => TrainResult>;
let convert: () => never;
/** How far QAT of the saved training is that is taken up. */
let saved: SavedTraining['qat'];
const setLearningRate = vi.fn();

const work = async () => ({});
const workers = {
  train: {
    ...{ start: work, load: work, fuse: work, verify: work, prepare: work, setLearningRate },
    train: async (options: TrainOptions) => {
      asked.push(options);
      return trains[options.kind](options);
    },
    convert: async () => convert(),
    claim: async () => ({ options: { ...DEFAULT_RECIPE, learningRate: 0.01 }, qat: saved }),
  },
  engine: { start: work },
  broken: new Promise(() => {}),
} as unknown as Workers;

const run = (options: TrainOptions): TrainResult => ({
  steps: options.replay?.steps ?? options.steps,
  finished: true,
  diverged: false,
  losses: new Float32Array(),
  schedule: options.replay?.schedule ?? [{ step: 0, rate: options.learningRate }],
  imagesPerSecond: 1,
  tensorsAtStart: 0,
  tensorsAtEnd: 0,
});
const failing = (code: ErrorCode) => () => {
  throw new PlaygroundError(code, 'It failed.', 'Try again.');
};

beforeEach(() => {
  asked = [];
  trains = { qat: run, control: run };
  setLearningRate.mockClear();
});

function open() {
  const session = createSession('http://here/', workers);
  session.options = { ...session.options, steps: 60, batch: 8, learningRate: 0.01 };
  const failed: Extract<SessionEvent, { type: 'step-failed' }>[] = [];
  session.on((event) => event.type === 'step-failed' && failed.push(event));
  return { session, failed };
}

test.each([
  [400, 32, 100],
  [1000, 64, 250],
  // Never on more images than were trained on since; but at the end always: see the loop.
  [60, 32, 63],
  [6, 2, 1000],
])('of %i steps of %i images every %i are judged, on 2,000 images', async (steps, batch, validateEvery) => {
  const { session } = open();
  session.options = { ...session.options, steps, batch };
  await session.run('train');
  for (const options of asked) expect(options).toMatchObject({ validateEvery, validationImages: 2000 });
});

describe('the control', () => {
  test('takes the steps and learning rates of QAT, not the rate as it was last', async () => {
    const { session } = open();
    const schedule = [
      { step: 0, rate: 0.01 },
      { step: 12, rate: 0.001 },
    ];
    trains.qat = (options) => {
      session.setLearningRate(0.001);
      return { ...run(options), steps: 20, finished: false, schedule };
    };
    const { qat, control } = await session.run('train');
    expect(asked.map(({ kind }) => kind)).toEqual(['qat', 'control']);
    expect(asked[0].replay).toBeUndefined();
    expect(asked[1].replay).toMatchObject({ steps: 20, schedule });
    // The same plan otherwise: it freezes and validates where QAT did.
    expect({ ...asked[1], kind: 'qat', learningRate: 0.01, replay: undefined }).toEqual(asked[0]);
    expect([qat.steps, control.steps, control.schedule]).toEqual([20, 20, schedule]);
  });

  test('hears of no other learning rate, and the choices say what QAT had', async () => {
    const { session } = open();
    trains.control = (options) => {
      session.setLearningRate(1);
      return run(options);
    };
    await session.run('train');
    session.setLearningRate(1);
    expect(setLearningRate).not.toHaveBeenCalled();
    expect(session.options.learningRate).toBe(0.01);
  });

  test('hears of none either when it failed and is tried again', async () => {
    const { session } = open();
    trains.control = failing('out-of-memory');
    await expect(session.run('train')).rejects.toThrow('It failed.');
    session.setLearningRate(1);
    trains.control = run;
    await session.run('train');
    expect(setLearningRate).not.toHaveBeenCalled();
    expect(session.options.learningRate).toBe(0.01);
    expect(asked.map(({ kind, learningRate }) => [kind, learningRate])).toEqual([
      ['qat', 0.01],
      ['control', 0.01],
      ['qat', 0.01],
      ['control', 0.01],
    ]);
  });

  test.each([true, false])('of a saved training: QAT had ended: %s', async (ended) => {
    const { session } = open();
    saved = { step: 20, ended };
    await session.takeUp('a');
    expect(session.qatEnded).toBe(ended);
    session.setLearningRate(1);
    expect(session.options.learningRate).toBe(ended ? 0.01 : 1);
  });

  test('of a saved training that is damaged: QAT trains anew, at rates that may change', async () => {
    const { session } = open();
    saved = { step: 60, ended: true };
    await session.takeUp('a');
    trains.qat = failing('storage');
    await expect(session.run('train')).rejects.toThrow('It failed.');
    trains.qat = (options) => {
      session.setLearningRate(0.001);
      return run(options);
    };
    await session.run('train');
    expect(setLearningRate).toHaveBeenCalledWith(0.001);
  });
});

describe('a remedy', () => {
  test('is offered where a retry reads the choice anew', async () => {
    const { session, failed } = open();
    trains.qat = failing('diverged');
    await expect(session.run('train')).rejects.toThrow('It failed.');
    trains.qat = failing('out-of-memory');
    await expect(session.run('train')).rejects.toThrow('It failed.');
    expect(failed.map(({ remedy }) => remedy)).toEqual([{ learningRate: 0.001 }, { batch: 4 }]);
  });

  test('is not offered for choices that are locked: in the control, nor in a later step', async () => {
    const { session, failed } = open();
    trains.control = failing('out-of-memory');
    await expect(session.run('train')).rejects.toThrow('It failed.');
    trains.control = run;
    for (const code of ['diverged', 'out-of-memory'] as const) {
      convert = failing(code);
      await expect(session.run('convert')).rejects.toThrow('It failed.');
    }
    expect(failed.map(({ step, remedy }) => [step, remedy])).toEqual([
      ['train', undefined],
      ['convert', undefined],
      ['convert', undefined],
    ]);
  });

  test.each([
    ['diverged', { learningRate: 1e-8 }],
    ['out-of-memory', { batch: 1 }],
  ] as const)('for %s is no choice that would be refused, at %j', async (code, least) => {
    const { session, failed } = open();
    session.options = { ...session.options, ...least };
    trains.qat = failing(code);
    await expect(session.run('train')).rejects.toThrow('It failed.');
    expect(failed.map(({ remedy }) => remedy)).toEqual([undefined]);
  });
});
