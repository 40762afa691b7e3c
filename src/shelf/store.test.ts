import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { parseInt8Model } from '../int8/serialize';
import { ShelfStore } from './store';
import { recordOf, resultsOf, tinyFile, wholeRun } from './testing';

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

const ids = async (store = new ShelfStore()) => (await store.list()).runs.map(({ id }) => id);
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ code, message, hint }: PlaygroundError) => ({ code, message, hint }),
  );

/** The database by the browser's own API. */
function inDatabase(work: (database: IDBDatabase) => IDBRequest, version = 1): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('qat-playground-shelf', version);
    opening.onupgradeneeded = () => {};
    opening.onerror = () => reject(opening.error!);
    opening.onsuccess = () => {
      work(opening.result).transaction!.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}
const put = (store: string, value: unknown, id: string) =>
  inDatabase((database) => database.transaction(store, 'readwrite').objectStore(store).put(value, id));

describe('the shelf', () => {
  it('gives back what it keeps: record, report, results as typed arrays, the integer file to the byte', async () => {
    const { record, contents } = wholeRun('a', { files: 'n1' }, 3, true);
    await new ShelfStore().keep(record, contents);
    const store = new ShelfStore();
    expect(await store.list()).toEqual({ runs: [{ ...record, bytes: expect.any(Number) as number }], damaged: [] });
    const opened = (await store.read('a'))!;
    expect(opened.file).toEqual(tinyFile());
    expect(opened.model).toEqual(parseInt8Model(tinyFile()));
    expect(opened.ptq).toEqual(parseInt8Model(tinyFile(-3)));
    expect(opened.report!.qat.int8.accuracy).toBe(record.figures!.qat);
    expect(opened.results).toEqual(resultsOf(3, tinyFile().length));
  });

  it('tells what each run takes', async () => {
    const store = new ShelfStore();
    const { record, contents } = wholeRun('a');
    await store.keep(record, contents);
    await store.keep(recordOf('b'));
    const { results, report, model } = contents!;
    expect((await store.list()).runs.map(({ bytes }) => bytes)).toEqual([
      results.length + report!.length + model!.length,
      0,
    ]);
    expect(await store.read('b')).toBeUndefined();
  });

  it('keeps a run on: name, pin and age stay, the rest is the new one', async () => {
    const store = new ShelfStore();
    await store.keep(recordOf('a', { made: 5 }));
    await store.mark('a', { name: 'the best', pinned: true });
    const { record, contents } = wholeRun('a', { made: 9 });
    await store.keep(record, contents);
    const [{ name, pinned, made, figures }] = (await store.list()).runs;
    expect({ name, pinned, made, figures }).toEqual({
      name: 'the best',
      pinned: true,
      made: 5,
      figures: record.figures,
    });
  });

  it('what was kept of a run stays until it has come as far with other choices', async () => {
    const store = new ShelfStore();
    const { record, contents } = wholeRun('a');
    await store.keep(record, contents);
    await store.keep(recordOf('a', { recipe: { ...record.recipe, seed: 9 } }));
    expect(await store.whole('a')).toEqual({ record, contents });
  });

  it('two tabs: what both write at once is there', async () => {
    const [one, other] = [new ShelfStore(), new ShelfStore()];
    await one.keep(recordOf('a'));
    await Promise.all([
      ...['b', 'c', 'd'].map((id) => one.keep(recordOf(id))),
      ...['e', 'f', 'g'].map((id) => other.keep(recordOf(id))),
      ...[one.mark('a', { pinned: true }), other.mark('a', { name: 'seven' })],
    ]);
    expect(await ids()).toHaveLength(7);
    const a = (await one.list()).runs.find(({ id }) => id === 'a')!;
    expect([a.pinned, a.name]).toEqual([true, 'seven']);
  });

  it('a run that another tab has deleted is not marked back into being, and says so when it is opened', async () => {
    const store = new ShelfStore();
    await store.keep(recordOf('a'));
    await new ShelfStore().remove('a');
    await store.mark('a', { pinned: true });
    expect(await ids()).toEqual([]);
    expect((await errorOf(store.read('a')))!.message).toContain('another tab has deleted it');
  });

  it('what is carried over is added once, and takes nothing back', async () => {
    const store = new ShelfStore();
    await store.add([recordOf('a', { made: 1 }), recordOf('b', { made: 2 })]);
    await store.mark('a', { name: 'newer' });
    await store.add([recordOf('a', { made: 1 }), recordOf('c', { made: 3 })]);
    expect((await store.list()).runs.map(({ id, name }) => [id, name])).toEqual([
      ['a', 'newer'],
      ['b', 'Run b'],
      ['c', 'Run c'],
    ]);
  });

  it('what is damaged is named; the others are there, and it can be deleted', async () => {
    const store = new ShelfStore();
    await store.keep(recordOf('a'));
    await put('runs', { id: 'b', recipe: 'none' }, 'b');
    const { runs, damaged } = await store.list();
    expect([runs.map(({ id }) => id), damaged.map(({ id }) => id)]).toEqual([['a'], ['b']]);
    expect(damaged[0].message).toContain('it is damaged (');
    await store.remove('b');
    expect((await store.list()).damaged).toEqual([]);
  });

  it.each([
    ['results', { results: '{' }, 'results.json: it is no JSON'],
    ['results', { results: '{"prepare":3}' }, 'results.json: prepare is 3'],
    ['report', { report: undefined }, 'report.json: it is missing'],
    ['file', { model: tinyFile(4).slice(0, -1) }, 'model.int8: '],
    ['file', { model: undefined }, 'model.int8: it is missing'],
    ["PTQ's file", { ptq: tinyFile(4).slice(0, -1) }, 'ptq.int8: '],
  ])('damaged %s: said when the run is opened', async (_, change, why) => {
    const store = new ShelfStore();
    const { record, contents } = wholeRun('a');
    await store.keep(record, contents);
    await put('contents', { ...contents, ...change }, 'a');
    const { code, message } = (await errorOf(store.read('a')))!;
    expect([code, message]).toEqual(['storage', expect.stringContaining(why)]);
  });

  it('a report of other choices is none of the run', async () => {
    const store = new ShelfStore();
    const { record, contents } = wholeRun('a');
    await store.keep({ ...record, recipe: { ...record.recipe, seed: 9 } }, contents);
    expect((await errorOf(store.read('a')))!.message).toContain('report.json: it is of other choices');
  });

  it('a database of a newer version is left alone, and named', async () => {
    await new Promise((resolve) => {
      const opening = indexedDB.open('qat-playground-shelf', 2);
      opening.onupgradeneeded = () => opening.result.createObjectStore('other');
      opening.onsuccess = () => resolve(opening.result.close());
    });
    const { code, message } = (await errorOf(new ShelfStore().list()))!;
    expect([code, message]).toEqual(['storage', expect.stringContaining('A newer version of this page has kept runs')]);
  });

  it('a full disk: words, and what was there stays', async () => {
    const store = new ShelfStore();
    await store.keep(...both(wholeRun('a', {}, 3)));
    const { put } = IDBObjectStore.prototype;
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'contents') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    const failed = await errorOf(store.keep(...both(wholeRun('a', { figures: undefined }, 5))));
    const imported = await errorOf(store.import([wholeRun('b'), wholeRun('c')]));
    full.mockRestore();
    for (const error of [failed, imported])
      expect(error).toEqual({
        code: 'storage',
        message: 'The disk space this page may use is full.',
        hint: 'Delete a kept run, discard a saved training, or free some disk space.',
      });
    expect(await ids(store)).toEqual(['a']);
    expect((await store.read('a'))!.file).toEqual(tinyFile(3));
  });
});

const both = ({ record, contents }: ReturnType<typeof wholeRun>) => [record, contents] as const;
