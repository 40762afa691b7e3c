// Runs side by side: what a changed choice makes stale and what it leaves, what runs share, healing, and one device for all.
// The workers compute nothing.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CHOICES, DEFAULT_RECIPE } from '../recipe/recipe';
import { PlaygroundError } from '../core/errors';
import { createProject } from './project';
import { READ_BY, STEP_IDS } from './steps';
import { IdleWorkers } from './testing';

let workers: IdleWorkers;
beforeEach(() => {
  workers = new IdleWorkers();
  vi.stubGlobal('navigator', {});
});
const START = { ...DEFAULT_RECIPE, weightBits: 8, schedule: 'constant' } as const;
const open = () => createProject({ baseUrl: 'http://here/', recipe: START, startWorkers: workers.start });
/** What the workers are asked during some work. */
async function askedBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = workers.asked.length;
  await work();
  return workers.asked.slice(before);
}
const states = ({ inHand }: ReturnType<typeof open>) =>
  Object.fromEntries(STEP_IDS.map((step) => [step, inHand.state(step)]));
const all = (from: string, state: string) =>
  Object.fromEntries(
    STEP_IDS.map((id) => [id, STEP_IDS.indexOf(id) < STEP_IDS.indexOf(from as 'load') ? 'done' : state]),
  );

describe('a changed choice', () => {
  const changes = { weightBits: 4, activationBits: 4, qconfig: 'fbgemm', fuseAddRelu: false } as const;
  const others = { steps: 9, batch: 2, learningRate: 0.1, schedule: 'cosine', seed: 3, images: 100 } as const;

  test.each(Object.entries({ ...changes, ...others }))(
    '%s makes stale from the step that reads it, and is undone by changing back',
    async (choice, value) => {
      const project = open();
      await project.runAll();
      expect(states(project)).toEqual(all('', 'done'));
      project.choose({ [choice]: value });
      expect(states(project)).toEqual(all(READ_BY[choice as 'steps'], 'stale'));
      project.choose({ [choice]: START[choice as 'steps'] });
      expect(states(project)).toEqual(all('', 'done'));
      expect(await askedBy(() => project.runAll())).toEqual([]);
    },
  );

  test('every choice has its step', () => expect(Object.keys(READ_BY).sort()).toEqual([...CHOICES].sort()));

  test('of images runs comparison and file again, and nothing else', async () => {
    const project = open();
    await project.runAll();
    project.choose({ images: 100 });
    const asked = await askedBy(() => project.runAll());
    expect(asked).toContain('evaluate qat');
    expect(asked.filter((what) => /load|fuse|verify|prepare|train|convert|engine|ptq$/.test(what))).toEqual([
      'evaluate ptq',
    ]);
  });

  test('of bits trains anew, in the place of the training there was, which goes when the new one begins', async () => {
    const project = open();
    await project.runAll();
    project.choose({ weightBits: 4 });
    await project.run('prepare');
    expect(workers.discarded).toEqual([]);
    const asked = await askedBy(() => project.run('convert'));
    expect(asked.slice(0, 2)).toEqual(['train qat 4/8', 'train control 4/8']);
    expect(asked).not.toContain('verify');
    const [first, , second] = workers.trained;
    expect(second).not.toBe(first);
    expect(workers.discarded).toEqual([first]);
  });

  test('of the backend is another network in its place, loaded and proved again; a run that has that one shares it', async () => {
    const project = open();
    await project.run('prepare');
    project.choose({ backend: 'wasm' });
    expect(states(project)).toMatchObject({ load: 'open', fuse: 'open', verify: 'open', configure: 'stale' });
    expect(await askedBy(() => project.run('verify'))).toEqual(['start wasm', 'engine', 'load', 'fuse', 'verify']);
    const second = project.add();
    expect(second.state('verify')).toBe('done');
    project.choose({ backend: 'auto' });
    expect(second.state('verify')).toBe('done');
    expect(await askedBy(() => project.run('prepare'))).toEqual(['start auto', 'prepare']);
  });

  test('while steps run: what has become stale is run again, with the choices as they are then', async () => {
    const project = open();
    workers.whileTraining = (kind) => {
      if (kind === 'qat' && project.recipe.weightBits === 8) project.choose({ weightBits: 5 });
    };
    await project.run('convert');
    expect(workers.asked.filter((what) => what.startsWith('train'))).toEqual([
      'train qat 8/8',
      'train control 8/8',
      'train qat 5/8',
      'train control 5/8',
    ]);
    expect(project.inHand.state('convert')).toBe('done');
  });

  test('is refused while the very step that reads it runs, but for the learning rate of QAT', async () => {
    const project = open();
    workers.whileTraining = (kind) => {
      if (kind !== 'qat') return;
      expect(project.locked('steps')).toBe(true);
      expect(() => project.choose({ steps: 9 })).toThrow('steps is in use');
      expect(project.locked('weightBits')).toBe(false);
      project.choose({ learningRate: 1e-4 });
    };
    await project.run('train');
    expect(workers.asked).toContain('rate 0.0001');
    expect(project.inHand.state('train')).toBe('done');
    expect(project.locked('steps')).toBe(false);
  });
});

describe('runs', () => {
  test('share load, fuse and verify; each has its own choices and results', async () => {
    const project = open();
    await project.runAll();
    const first = project.inHand;
    const second = project.add();
    project.choose({ weightBits: 3 });
    expect(second.recipe).toEqual({ ...first.recipe, weightBits: 3 });
    expect(states(project)).toEqual(all('configure', 'open'));
    const asked = await askedBy(() => project.runAll());
    expect(asked.filter((what) => /^(start|load|fuse|verify|evaluate fp32)/.test(what))).toEqual([]);
    expect([first, second].map(({ results }) => results.compare!.report.options.weightBits)).toEqual([8, 3]);
    project.select(first.id);
    expect(states(project)).toEqual(all('', 'done'));
    // Its networks are brought back into the engine.
    project.choose({ images: 9 });
    expect(await askedBy(() => project.run('compare'))).toEqual(expect.arrayContaining(['engine ptq', 'engine qat']));
  });

  test('are named, and a name of nothing is none', () => {
    const project = open();
    project.add();
    expect(project.runs.map(({ name }) => name)).toEqual([1, 2]);
    project.rename(project.inHand.id, ' four bits ');
    project.rename(project.inHand.id, ' ');
    expect(project.inHand.name).toBe('four bits');
  });

  test('are deleted with what is saved of them; after the last one a fresh one stands there', async () => {
    const project = open();
    await project.run('train');
    const first = project.inHand;
    const second = project.add();
    await project.remove(first.id);
    expect(workers.discarded).toEqual([workers.trained[0]]);
    expect(project.runs).toEqual([second]);
    project.choose({ seed: 5 });
    await project.remove(second.id);
    expect(project.runs).toHaveLength(1);
    expect(project.recipe.seed).toBe(5);
    expect(states(project)).toMatchObject({ load: 'done', configure: 'open' });
  });

  test('do not compute at once: a second is refused, with the name of the first', async () => {
    const project = open();
    const first = project.inHand;
    const refused: unknown[] = [];
    workers.whileTraining = async (kind) => {
      if (kind !== 'qat') return;
      project.add();
      expect(project.computing).toBe(first);
      await project.run('configure').catch((error: unknown) => refused.push(error));
      // What is done already needs no device.
      await project.run('load');
    };
    await project.run('train');
    expect(refused).toEqual([
      expect.objectContaining({ code: 'bad-argument', message: expect.stringContaining('Run 1 is computing') }),
    ]);
    expect(project.computing).toBeUndefined();
    await project.run('configure');
  });

  test('one that computes ends when it is deleted, with the workers; the next begins with new ones', async () => {
    const project = open();
    const first = project.inHand;
    let begun!: () => void;
    const training = new Promise<void>((resolve) => (begun = resolve));
    workers.whileTraining = () => (begun(), new Promise(() => {}));
    const ended = expect(project.run('train')).rejects.toThrow();
    await training;
    await project.remove(first.id);
    await ended;
    expect([workers.started, workers.ended]).toEqual([2, 1]);
    workers.whileTraining = () => {};
    await project.runAll();
    expect(states(project)).toEqual(all('', 'done'));
  });
});

describe('affine weights, which are not converted', () => {
  test.each([
    ['all', (project: ReturnType<typeof open>) => project.runAll()],
    ['healing', (project: ReturnType<typeof open>) => project.heal()],
  ])('are refused before anything is done: %s', async (_, ask) => {
    const project = open();
    const failed = vi.fn();
    project.on((event) => event.type === 'step-failed' && failed(event.step, event.message));
    project.choose({ weightScheme: 'per_channel_affine' });
    const asked = await askedBy(async () => expect(ask(project)).rejects.toMatchObject({ code: 'unsupported' }));
    expect(asked).toEqual([]);
    expect(failed.mock.calls).toEqual([['convert', expect.stringContaining('zero points')]]);
    expect(project.computing).toBeUndefined();
  });

  test('are trained where that is asked for', async () => {
    const project = open();
    project.choose({ weightScheme: 'per_tensor_affine' });
    await project.run('train');
    expect(project.inHand.state('train')).toBe('done');
  });
});

describe('healing', () => {
  test('trains QAT and converts it, with neither proofs nor control; the train step then adds the control alone', async () => {
    const project = open();
    const told: string[] = [];
    project.on((event) => 'step' in event && told.push(`${event.type} ${event.step}`));
    const asked = await askedBy(() => project.heal());
    expect(asked).toEqual(expect.arrayContaining(['train qat 8/8', 'convert', 'engine qat']));
    expect(asked).not.toContain('verify');
    expect(asked).not.toContain('train control 8/8');
    expect(told).toContain('qat-finished train');
    expect(states(project)).toMatchObject({ train: 'open', convert: 'done' });
    expect(project.inHand.qatEnded).toBe(true);
    const rest = await askedBy(() => project.run('train'));
    expect(rest).toEqual(['fuse', 'verify', 'train control 8/8']);
    expect(states(project)).toMatchObject({ train: 'done', convert: 'done', compare: 'open' });
  });
});

describe('run again', () => {
  test('a step alone; what came of it stands', async () => {
    const project = open();
    await project.runAll();
    expect(await askedBy(() => project.again('load'))).toEqual(['start auto', 'engine', 'load']);
    expect(states(project)).toEqual(all('', 'done'));
  });

  test('the training: anew, and what came of it is to be run again', async () => {
    const project = open();
    await project.runAll();
    await project.again('train');
    expect(workers.discarded).toEqual([workers.trained[0]]);
    expect(states(project)).toEqual(all('convert', 'open'));
  });
});

test('what was trained and is kept no longer: the train step asks for it again', async () => {
  const project = open();
  await project.run('train');
  workers.failing.set('convert', () => {
    throw new PlaygroundError('storage', 'That training is gone.', 'Train anew.');
  });
  await expect(project.run('convert')).rejects.toThrow('is gone');
  expect(states(project)).toEqual(all('train', 'open'));
  workers.failing.clear();
  expect(await askedBy(() => project.run('convert'))).toContain('train qat 8/8');
});

test('workers that broke are replaced at the next attempt, and are told of the training that is saved', async () => {
  const project = open();
  await project.run('train');
  workers.silent = true;
  const failed = expect(project.run('convert')).rejects.toThrow('could not be loaded');
  workers.breakDown(new PlaygroundError('network', 'A script could not be loaded.', 'Press Retry.'));
  await failed;
  workers.silent = false;
  expect([workers.started, workers.ended]).toEqual([1, 0]);
  const asked = await askedBy(() => project.run('convert'));
  expect([workers.started, workers.ended]).toEqual([2, 1]);
  const loaded = ['start auto', 'engine', 'load', 'fuse', 'verify'];
  expect(asked.slice(0, 7)).toEqual([...loaded, `claim ${workers.trained[0]}`, 'convert']);
  expect(asked.filter((what) => what.startsWith('train'))).toEqual([]);
});

test('what waits outside the steps ends when workers break, and the next that asks has others', async () => {
  const project = open();
  const picture = new Uint8Array(3072);
  await project.run('load');
  workers.silent = true;
  const waiting = project.answersTo(picture);
  expect(workers.asked.at(-1)).toBe('logits fp32');
  workers.breakDown(new PlaygroundError('network', 'A script could not be loaded.', 'Press Retry.'));
  await expect(waiting).rejects.toThrow('could not be loaded');
  workers.silent = false;
  await expect(project.answersTo(picture)).rejects.toThrow('No network is loaded');
  expect([workers.started, workers.ended]).toEqual([2, 1]);
  await project.run('load');
  expect(Object.keys(await project.answersTo(picture))).toEqual(['fp32']);
});

test('a saved training becomes the run in hand where nothing was done with that, else one more', async () => {
  const project = open();
  const options = { ...DEFAULT_RECIPE, weightBits: 4 };
  workers.saved = {
    id: 'a',
    options,
    savedAt: 1,
    qat: { step: 3, ended: false },
    control: undefined,
    elsewhere: false,
  };
  await project.resumeSaved('a');
  expect(project.runs).toHaveLength(1);
  expect(project.recipe).toEqual(options);
  expect(await project.savedTrainings()).toEqual({ trainings: [], problems: [] });
  await project.resumeSaved('b');
  expect(project.runs).toHaveLength(2);
  // With other bits it is no longer that training.
  project.choose({ weightBits: 5 });
  await project.run('train');
  expect(workers.trained[0]).not.toBe('b');
  expect(workers.discarded).toEqual(['b']);
});
