// What the study of layers asks of the workers, and how its answers are put together.
import { expect, test } from 'vitest';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import type { PtqChoices, SearchPoint, SearchRequest } from '../worker/api';
import { LayerStudy, SEARCH } from './layer-study';
import type { Workers } from './workers';

const layer = (name: string) => ({ name, sqnr: 20, cosine: 0.99, codes: 10, differing: 1, largest: 1 });
const point = (cost: number): SearchPoint => ({ step: 'uniform', layers: new Map(), cost, accuracy: 0.5 });

const TRAINED = () => ({ id: 'one', recipe: DEFAULT_RECIPE });

function setUp({ failsOnce = false, training = TRAINED } = {}) {
  const calls: unknown[] = [];
  let ended = false;
  let fails = failsOnce;
  const engine = {
    tensors: async (choices: PtqChoices) => (calls.push(['tensors', choices.weightBits]), [{ name: 'conv1' }]),
    searchWidths: async (_: PtqChoices, request: SearchRequest, onPoint: (point: SearchPoint) => void) => {
      calls.push(['search', request]);
      for (let i = 0; i < 3 && !ended; i++) {
        onPoint(point(i));
        await Promise.resolve();
      }
      return !ended;
    },
    endSearch: async () => void (ended = true),
    quantize: async (slot: string, _: PtqChoices, threads: number) => {
      calls.push(['quantize', slot, threads]);
      if (!fails) return;
      fails = false;
      throw new Error('no memory');
    },
    profile: async (slot: string) => (calls.push(['profile', slot]), [{ name: 'conv1', microseconds: 28 }]),
    walk: async (...asked: unknown[]) => void calls.push(['walk', ...asked]),
  };
  const train = {
    layerMaps: async (_: unknown, pixels: Uint8Array) => (calls.push(['maps', pixels]), [layer('conv1')]),
    partings: async ({ kind }: { readonly kind: string }, pixels: Uint8Array) => (
      calls.push(['partings', kind, pixels]),
      [layer('quant')]
    ),
    compareLayers: async (subject: { readonly kind: string }) => (
      calls.push(['compare', subject.kind]),
      [layer('conv1'), layer('avgpool')]
    ),
  };
  const prepare = async () => void calls.push('prepare');
  const workers = { train, engine } as unknown as Workers;
  const study = new LayerStudy(
    () => workers,
    { prepare },
    () => training(),
    () => 2,
  );
  return { calls, study };
}
/** Of two images. */
const [ONE, OTHER] = [Uint8Array.of(3, 1), Uint8Array.of(31)];
const never = () => new AbortController().signal;

test('a quantized network is calibrated first; a layer that passes codes on has no tensors of its own', async () => {
  const { calls, study } = setUp();
  const costs = await study.quantized({ ...DEFAULT_RECIPE, weightBits: 3 });
  expect(calls).toEqual(['prepare', ['tensors', 3], ['compare', 'ptq']]);
  expect(costs.map(({ name, tensors }) => [name, tensors?.name])).toEqual([
    ['conv1', 'conv1'],
    ['avgpool', undefined],
  ]);
  await study.trained();
  expect(calls.at(-1)).toEqual(['compare', 'qat']);
});

test('a search tells of its points and ends when told to', async () => {
  const { calls, study } = setUp();
  const points: SearchPoint[] = [];
  expect(await study.search(DEFAULT_RECIPE, 'time', (one) => points.push(one), never())).toBe(true);
  expect(calls).toEqual(['prepare', ['search', { ...SEARCH, budget: 'time', threads: 2 }]]);
  expect(points.map(({ cost }) => cost)).toEqual([0, 1, 2]);

  const hand = new AbortController();
  const few: SearchPoint[] = [];
  const ended = study.search(DEFAULT_RECIPE, 'bytes', (one) => (few.push(one), hand.abort()), hand.signal);
  expect(await ended).toBe(false);
  expect(few).toHaveLength(1);
  const before = calls.length;
  expect(await study.search(DEFAULT_RECIPE, 'bytes', () => {}, AbortSignal.abort())).toBe(false);
  expect(calls.slice(before)).toEqual(['prepare']);
});

test('what is looked into is quantized once for its times and its products, and again for other choices', async () => {
  const { calls, study } = setUp();
  const at = { y: 0, x: 1, channel: 2 };
  expect(await study.times(DEFAULT_RECIPE)).toEqual(new Map([['conv1', 28]]));
  await study.walk(DEFAULT_RECIPE, ONE, 'conv1', at);
  const made = ['quantize', 'inspected', 1];
  expect(calls.filter((call) => call !== 'prepare')).toEqual([
    made,
    ['profile', 'inspected'],
    ['walk', 'inspected', ONE, 'conv1', at],
  ]);
  await study.walk({ ...DEFAULT_RECIPE, clips: { conv1: [0, 1] } }, ONE, 'conv1', at);
  expect(calls.filter((call) => Array.isArray(call) && call[0] === 'quantize')).toEqual([made, made]);
});

test('a network that could not be made is tried again', async () => {
  const { calls, study } = setUp({ failsOnce: true });
  await expect(study.times(DEFAULT_RECIPE)).rejects.toThrow('no memory');
  expect((await study.times(DEFAULT_RECIPE)).size).toBe(1);
  expect(calls.filter((call) => call === 'prepare')).toHaveLength(2);
});

test('the maps of an image are made once for all layers, and again for another image', async () => {
  const { calls, study } = setUp();
  const maps = await study.maps(DEFAULT_RECIPE, ONE);
  expect(await study.maps(DEFAULT_RECIPE, ONE.slice())).toBe(maps);
  await study.maps(DEFAULT_RECIPE, OTHER);
  expect(calls.filter((call) => call !== 'prepare')).toEqual([
    ['maps', ONE],
    ['maps', OTHER],
  ]);
});

test('where two networks part is found once for a network and an image, of PTQ or of what was trained', async () => {
  const { calls, study } = setUp();
  await study.partings(DEFAULT_RECIPE, ONE);
  await study.partings(DEFAULT_RECIPE, ONE);
  await study.partings('trained', ONE);
  await study.partings('trained', OTHER);
  expect(calls.filter((call) => call !== 'prepare')).toEqual([
    ['partings', 'ptq', ONE],
    ['partings', 'qat', ONE],
    ['partings', 'qat', OTHER],
  ]);
  const none = () => {
    throw new Error('nothing was trained');
  };
  await expect(setUp({ training: none }).study.partings('trained', ONE)).rejects.toThrow('nothing was trained');
});
