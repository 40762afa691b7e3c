// Runs of an earlier visit opened again: what is done, what is open, and what their training is needed for.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Own } from '../model/own';
import { DEFAULT_RECIPE, type Recipe } from '../recipe/recipe';
import { figuresOf } from '../shelf/record';
import type { RunRecord } from '../worker/api';
import { createProject } from './project';
import { STEP_IDS } from './steps';
import { IdleWorkers, shelfHere } from './testing';
import type { ProjectEvent } from './types';

let workers: IdleWorkers;
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
});
const RECIPE = { ...DEFAULT_RECIPE, weightBits: 8, schedule: 'constant', steps: 5 } as const;
function open(own: Own = {}, recipe: Recipe = RECIPE) {
  workers = new IdleWorkers();
  const place = { baseUrl: 'http://here/', own, recipe, startWorkers: workers.start, startShelf: shelfHere };
  return createProject(place);
}
type Project = ReturnType<typeof open>;
const recordOf = ({ inHand: { id, recipe, results } }: Project): RunRecord => ({
  ...{ id, name: 1, recipe, pinned: false, made: 7 },
  figures: results.compare && figuresOf(results.compare.report),
});
const states = ({ inHand }: Project) => STEP_IDS.map((step) => inHand.state(step));
const bytesOf = async (project: Project) => new Uint8Array(await project.results.save!.blob.arrayBuffer());

/** A visit that runs all steps and keeps the run. */
async function earlier(own: Own = {}, recipe: Recipe = RECIPE) {
  const project = open(own, recipe);
  workers.whileTraining = (kind, onEvent) => {
    if (kind === 'qat') onEvent({ type: 'validation', step: 5, accuracy: 0.5, integers: 0.4, images: 10 });
  };
  await project.runAll();
  await project.shelf.keep(recordOf(project));
  const { runs } = await project.shelf.list();
  const record = runs.find(({ id }) => id === project.inHand.id)!;
  return { before: project, record, training: workers.trained[0] };
}

test('what was kept is done, with the same results, figures and file; the network is to be loaded', async () => {
  const { before, record } = await earlier();
  const project = open();
  const told: ProjectEvent[] = [];
  project.on((event) => told.push(event));
  await project.openKept(record);
  const { inHand } = project;
  expect([inHand.id, inHand.since, inHand.qatEnded]).toEqual([before.inHand.id, 7, true]);
  expect(states(project)).toEqual([...['open', 'open', 'open'], ...Array<string>(6).fill('done')]);
  for (const step of ['configure', 'prepare', 'train', 'convert', 'compare'] as const)
    expect(project.results[step], step).toEqual(before.results[step]);
  expect(project.int8Model).toEqual(before.int8Model);
  expect(await bytesOf(project)).toEqual(await bytesOf(before));
  expect(workers.asked).toEqual([]);
  // Its curves are drawn again.
  const restored = told.flatMap((event) => ('event' in event && event.event.type === 'restored' ? [event] : []));
  expect(restored.map(({ run }) => run)).toEqual(['qat', 'control']);
  expect(restored[0].event).toMatchObject({
    ...{ step: 5, steps: 5 },
    history: { validations: [{ step: 5, accuracy: 0.5, integers: 0.4, images: 10 }] },
  });
  // All that is left is loading and its proofs.
  await project.runAll();
  expect(workers.asked).toEqual(['start auto', 'engine', 'load', 'fuse', 'verify']);
});

test('opened again it is the same run; one that is here is taken in hand', async () => {
  const { record } = await earlier();
  const project = open();
  await project.openKept(record);
  project.add();
  await project.openKept(record);
  expect(project.runs).toHaveLength(3);
  expect(project.inHand.id).toBe(record.id);
});

test('nothing new is not kept again, what has become stale neither', async () => {
  const { record } = await earlier();
  const project = open();
  await project.openKept(record);
  expect(project.shelf.hasNews(record.id)).toBe(false);
  project.choose({ images: 9 });
  expect(project.shelf.hasNews(record.id)).toBe(false);
  await project.shelf.keep(recordOf(project));
  expect((await project.shelf.list()).runs).toEqual([record]);
  project.choose({ images: RECIPE.images, seed: 3 });
  await project.runAll();
  expect(project.shelf.hasNews(record.id)).toBe(true);
});

test('without its training, what needs its weights says so; the rest stays', async () => {
  const { record } = await earlier();
  const project = open();
  await project.openKept(record);
  expect(project.inHand.weightsGone).toBe(true);
  await project.run('load');
  await expect(project.exported('safetensors')).rejects.toThrow('The weights that Run 1 trained are not kept');
  expect(Object.keys(await project.answersTo(new Uint8Array(3)))).toEqual(['fp32', 'ptq', 'int8']);
  expect(states(project).slice(5)).toEqual(['done', 'done', 'done', 'done']);
});

test('a training that is still saved is taken up where it is needed', async () => {
  const { record, training } = await earlier();
  const project = open();
  const ended = { step: 5, ended: true };
  workers.saved = { id: training, options: RECIPE, savedAt: 1, qat: ended, control: ended, elsewhere: false };
  await project.openKept(record);
  expect(project.inHand.weightsGone).toBe(false);
  // It is offered no more: it is this run's.
  expect((await project.savedTrainings()).trainings).toEqual([]);
  project.choose({ images: 3 });
  await project.run('compare');
  expect(workers.asked).toContain(`claim ${training}`);
  expect(workers.trained).toEqual([]);
  expect(project.inHand.state('compare')).toBe('done');
});

test("a run of a visitor's own files is opened where those are, and nowhere else", async () => {
  const own = { network: { name: 'mine.pt', sum: 'abc', classes: 10, blob: new Blob() } };
  const { record } = await earlier(own);
  const page = open();
  await expect(page.openKept(record)).rejects.toMatchObject({
    message: expect.stringContaining("a visitor's own") as string,
    hint: expect.stringContaining('Give the same files again') as string,
  });
  expect(page.runs).toHaveLength(1);
  const project = open(own);
  await project.openKept(record);
  expect(project.inHand.id).toBe(record.id);
  const { record: pages } = await earlier();
  await expect(open(own).openKept(pages)).rejects.toThrow("the page's own network and images");
});

test.each([
  ['learned', []],
  ['nearest', ['ptq']],
] as const)('PTQ with %s roundings: what is kept of it is not made again', async (rounding, asked) => {
  const { record } = await earlier({}, { ...RECIPE, rounding });
  const project = open();
  await project.openKept(record);
  await project.run('load');
  await project.answersTo(new Uint8Array(3));
  expect(workers.asked).toContain('engine ptq');
  expect(workers.asked.filter((what) => what === 'ptq')).toEqual(asked);
});
