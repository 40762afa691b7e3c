// What a project asks of the train step: QAT, its control, and what a failed one is retried with. The workers compute
// nothing.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PlaygroundError, type ErrorCode } from '../core/errors';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import type { RunKind, SavedTraining, TrainOptions, TrainResult } from '../worker/api';
import { createProject } from './project';
import type { ProjectEvent } from './types';
import type { Workers } from './workers';

/** What train() was called with, in order. */
let asked: TrainOptions[];
/** What each run does: by default it takes the steps that it is asked for. */
let trains: Record<RunKind, (options: TrainOptions) => TrainResult>;
let convert: () => never;
const claim = vi.fn(async () => ({ options: { ...DEFAULT_RECIPE, learningRate: 0.01 }, qat: saved }));
const discard = vi.fn<(id: string) => Promise<void>>(async () => {});
/** How far QAT of the saved training is that is taken up. */
let saved: SavedTraining['qat'];
const setLearningRate = vi.fn(async () => {});

const work = async () => ({});
const workers = {
  train: {
    ...{ start: work, load: work, fuse: work, verify: work, prepare: work, setLearningRate },
    train: async (options: TrainOptions) => {
      asked.push(options);
      return trains[options.kind](options);
    },
    convert: async () => convert(),
    ...{ claim, discard },
  },
  engine: { start: work },
  over: false,
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
  discard.mockClear();
});

function open() {
  const project = createProject({ baseUrl: 'http://here/', startWorkers: () => workers });
  project.choose({ steps: 60, batch: 8, learningRate: 0.01 });
  const failed: Extract<ProjectEvent, { type: 'step-failed' }>[] = [];
  project.on((event) => event.type === 'step-failed' && failed.push(event));
  return { project, failed };
}

test.each([
  [400, 32, 100],
  [1000, 64, 250],
  // Never on more images than were trained on since; but at the end always: see the loop.
  [60, 32, 63],
  [6, 2, 1000],
])('of %i steps of %i images every %i are judged, on 2,000 images', async (steps, batch, validateEvery) => {
  const { project } = open();
  project.choose({ steps, batch });
  await project.run('train');
  for (const options of asked) expect(options).toMatchObject({ validateEvery, validationImages: 2000 });
});

describe('the control', () => {
  test('takes the steps and learning rates of QAT, not the rate as it was last', async () => {
    const { project } = open();
    const schedule = [
      { step: 0, rate: 0.01 },
      { step: 12, rate: 0.001 },
    ];
    trains.qat = (options) => {
      project.choose({ learningRate: 0.001 });
      return { ...run(options), steps: 20, finished: false, schedule };
    };
    const { qat, control } = await project.run('train');
    expect(asked.map(({ kind }) => kind)).toEqual(['qat', 'control']);
    expect(asked[0].replay).toBeUndefined();
    expect(asked[1].replay).toMatchObject({ steps: 20, schedule });
    // The same plan otherwise: it freezes and validates where QAT did.
    expect({ ...asked[1], kind: 'qat', learningRate: 0.01, replay: undefined }).toEqual(asked[0]);
    expect([qat.steps, control.steps, control.schedule]).toEqual([20, 20, schedule]);
  });

  test('hears of no other learning rate, and the choices say what QAT had', async () => {
    const { project } = open();
    trains.control = (options) => {
      expect(project.locked('learningRate')).toBe(true);
      expect(() => project.choose({ learningRate: 1 })).toThrow('learningRate is in use by the step that runs.');
      return run(options);
    };
    await project.run('train');
    expect(project.recipe.learningRate).toBe(0.01);
    project.choose({ learningRate: 1 });
    expect(setLearningRate).not.toHaveBeenCalled();
    expect(project.inHand.state('train')).toBe('stale');
  });

  test('hears of none either when it failed and is tried again: QAT stands', async () => {
    const { project } = open();
    trains.control = failing('out-of-memory');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    expect([project.inHand.state('train'), project.inHand.qatEnded]).toEqual(['open', true]);
    trains.control = run;
    await project.run('train');
    expect(setLearningRate).not.toHaveBeenCalled();
    expect(asked.map(({ kind, learningRate }) => [kind, learningRate])).toEqual([
      ['qat', 0.01],
      ['control', 0.01],
      ['control', 0.01],
    ]);
  });

  test('that failed is not tried with other choices than QAT had: QAT is trained anew with them', async () => {
    const { project } = open();
    trains.control = failing('out-of-memory');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    project.choose({ learningRate: 1 });
    expect(project.inHand.qatEnded).toBe(false);
    trains.control = run;
    await project.run('train');
    expect(asked.slice(2).map(({ kind, learningRate }) => [kind, learningRate])).toEqual([
      ['qat', 1],
      ['control', 1],
    ]);
    expect(discard).toHaveBeenCalledTimes(1);
  });

  test.each([true, false])('of a saved training: QAT had ended: %s', async (ended) => {
    const { project } = open();
    saved = { step: 20, ended };
    await project.resumeSaved('a');
    expect(project.inHand.qatEnded).toBe(ended);
    // What has ended is not gone on with at another rate, what has not is.
    project.choose({ learningRate: 1 });
    expect(project.inHand.qatEnded).toBe(false);
    await project.run('train');
    expect(discard.mock.calls).toEqual(ended ? [['a']] : []);
  });

  test('of a saved training that is damaged: QAT trains anew, at rates that may change', async () => {
    const { project } = open();
    saved = { step: 60, ended: true };
    await project.resumeSaved('a');
    trains.qat = failing('storage');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    trains.qat = (options) => {
      project.choose({ learningRate: 0.001 });
      return run(options);
    };
    await project.run('train');
    expect(setLearningRate).toHaveBeenCalledWith(0.001);
  });
});

describe('a remedy', () => {
  test('is offered where a retry reads the choice anew', async () => {
    const { project, failed } = open();
    trains.qat = failing('diverged');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    trains.qat = failing('out-of-memory');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    expect(failed.map(({ remedy }) => remedy)).toEqual([{ learningRate: 0.001 }, { batch: 4 }]);
  });

  test('is not offered for choices that are locked: in the control, nor in a later step', async () => {
    const { project, failed } = open();
    trains.control = failing('out-of-memory');
    await expect(project.run('train')).rejects.toThrow('It failed.');
    trains.control = run;
    for (const code of ['diverged', 'out-of-memory'] as const) {
      convert = failing(code);
      await expect(project.run('convert')).rejects.toThrow('It failed.');
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
    const { project, failed } = open();
    project.choose(least);
    trains.qat = failing(code);
    await expect(project.run('train')).rejects.toThrow('It failed.');
    expect(failed.map(({ remedy }) => remedy)).toEqual([undefined]);
  });
});
