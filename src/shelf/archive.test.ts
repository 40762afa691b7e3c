import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { readZip } from '../import/zip';
import { readArchive, writeArchive } from './archive';
import type { RunRecord } from './record';
import { ShelfStore, type WholeRun } from './store';
import { recordOf, wholeRun } from './testing';

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

async function* each(runs: readonly WholeRun[]) {
  yield* runs;
}
const archived = async (runs: readonly WholeRun[]) =>
  new Uint8Array(await (await writeArchive(each(runs))).arrayBuffer());

/** A store's runs, whole. */
async function allOf(store: ShelfStore): Promise<WholeRun[]> {
  const { runs } = await store.list();
  return Promise.all(runs.map(({ id }) => store.whole(id)));
}
async function imported(store: ShelfStore, file: Uint8Array) {
  const { runs, verify } = readArchive(file);
  await verify();
  return store.import(runs);
}

/** An archive with entries changed; undefined leaves one out. */
async function changed(change: Record<string, Uint8Array | string | undefined>): Promise<Uint8Array> {
  const file = await archived([wholeRun('a'), wholeRun('b', {}, 5)]);
  const entries = [...readZip(file).values()].map((entry) => [entry.name, entry.read()] as const);
  const all = Object.entries({ ...Object.fromEntries(entries), ...change }).filter(([, bytes]) => bytes !== undefined);
  const encoded = all.map(([name, bytes]) => [
    name,
    typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes!,
  ]);
  return zipSync(Object.fromEntries(encoded) as Record<string, Uint8Array>);
}
const why = (file: Uint8Array): string => {
  try {
    readArchive(file);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

const text = fc.string({ minLength: 1, maxLength: 30 });
const share = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const change = fc.record<Partial<RunRecord>>(
  {
    name: fc.oneof(text, fc.integer({ min: 1, max: 99 })),
    pinned: fc.boolean(),
    made: fc.nat(),
    files: fc.constantFrom('nabc', 'i12'),
    recipe: fc.record({ seed: fc.nat(1000), weightBits: fc.integer({ min: 2, max: 8 }) }).map((some) => ({
      ...{ ...DEFAULT_RECIPE, images: 4 },
      ...some,
    })),
    curve: fc.array(share, { maxLength: 5 }).map((loss) => ({
      ...{ steps: loss.map((_, i) => i + 1), loss, validationSteps: [3], validationAccuracy: [0.5] },
    })),
  },
  { requiredKeys: [] },
);
const run = fc.tuple(change, fc.boolean(), fc.integer({ min: -7, max: 7 }), fc.boolean()).map(
  ([change, whole, weight, learned]) =>
    (id: string): WholeRun =>
      whole ? wholeRun(id, change, weight, learned) : { record: recordOf(id, change) },
);

describe('an archive of kept runs', () => {
  it('exported and imported elsewhere is the same shelf', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text), fc.array(run, { minLength: 8, maxLength: 8 }), async (ids, makes) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const here = new ShelfStore();
        const runs = ids.slice(0, 8).map((id, i) => makes[i](id));
        await here.import(runs);
        const all = await allOf(here);
        const file = await archived(all);
        vi.stubGlobal('indexedDB', new IDBFactory());
        const there = new ShelfStore();
        expect(await imported(there, file)).toEqual({ added: runs.length, same: 0, beside: 0 });
        expect(await allOf(there)).toEqual(all);
        expect(await archived(await allOf(there))).toEqual(file);
        // Once more adds nothing.
        expect(await imported(there, file)).toEqual({ added: 0, same: runs.length, beside: 0 });
      }),
      { numRuns: 30 },
    );
  });

  it('a run whose id is taken by another comes in beside it', async () => {
    const store = new ShelfStore();
    await store.import([wholeRun('a', { name: 'mine' }, 3)]);
    const file = await archived([wholeRun('a', { name: 'theirs' }, 5)]);
    expect(await imported(store, file)).toEqual({ added: 0, same: 0, beside: 1 });
    const all = await allOf(store);
    expect(all.map(({ record: { name } }) => name).sort()).toEqual(['mine', 'theirs']);
    expect(all.find(({ record }) => record.name === 'mine')!.record.id).toBe('a');
    // Once more it brings nothing new.
    expect(await imported(store, file)).toEqual({ added: 0, same: 1, beside: 0 });
  });

  it('a run that is there with the same contents keeps its own name and pin', async () => {
    const store = new ShelfStore();
    await store.import([wholeRun('a', { name: 'mine', pinned: true })]);
    expect(await imported(store, await archived([wholeRun('a', { name: 'theirs' })]))).toMatchObject({ same: 1 });
    expect((await store.list()).runs.map(({ name, pinned }) => [name, pinned])).toEqual([['mine', true]]);
  });

  it.each([
    ['manifest.json', undefined, 'it has no manifest.json'],
    ['manifest.json', '{}', '"manifest.json": format is missing'],
    ['runs/2/run.json', undefined, '"runs/2/run.json": it is missing'],
    ['runs/2/run.json', '{"id":7}', '"runs/2/run.json": it is not as long as the manifest says'],
    ['runs/3/run.json', '{}', '"runs/3/run.json": it belongs to no run'],
    ['../up', 'x', '"../up": it belongs to no run'],
  ])('%s changed: the entry is named', async (name, content, message) => {
    expect(why(await changed({ [name]: content }))).toContain(message);
  });

  it('a manifest of a later version is named as that', async () => {
    const file = await changed({});
    const text = new TextDecoder().decode(readZip(file).get('manifest.json')!.read());
    expect(why(await changed({ 'manifest.json': text.replace('"version": 1', '"version": 2') }))).toContain(
      'version is 2, not 1',
    );
  });

  it('a value that may not be is named with its entry', async () => {
    const file = await changed({});
    const read = (name: string) => new TextDecoder().decode(readZip(file).get(name)!.read());
    const report = 'runs/1/report.json';
    const spoilt = read(report).replace('"agreement":0.75', '"agreement":9.75');
    expect(why(await changed({ [report]: spoilt }))).toContain(
      '"runs/1/report.json": agreement is 9.75, not a number from 0 to 1',
    );
  });

  it('what has the same length and another sum is refused before anything is stored', async () => {
    const model = wholeRun('a', {}, 7).contents!.model!;
    const { runs, verify } = readArchive(await changed({ 'runs/1/model.int8': model }));
    expect(runs).toHaveLength(2);
    await expect(verify()).rejects.toThrow('"runs/1/model.int8": its SHA-256 is not the manifest’s');
  });
});
