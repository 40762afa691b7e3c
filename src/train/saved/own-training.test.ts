// A worker's training and its copy in the browser: begun, kept, left behind and taken up by another tab; stores that
// hang, fail or forget.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { prepareQat } from '../../quant/prepare';
import { qconfigById } from '../../quant/qconfigs';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import type { KeptRun } from '../kept-run';
import { smallGraph, smallParams } from '../testing';
import { stateLayout } from '../state-layout';
import type { RunKind } from '../types';
import { OwnTraining } from './own-training';
import { TrainingStore } from './store';
import { FakeLocks, freshBrowser, inDatabase, runOf } from './testing';

const fused = smallGraph();
const params = smallParams(fused, 1);
const graphs = {
  qat: prepareQat(fused, qconfigById('fbgemm_qat', { weightBits: 4, activationBits: 8 }), { fuseAddRelu: true }),
  control: fused,
};
const recipe = { ...DEFAULT_RECIPE, steps: 9 };
const networkOf = (kind: RunKind) => ({ graph: graphs[kind], params });

/** What is kept of a run, told from others by its weights. */
function keptRun(kind: RunKind, step: number, ended = false): KeptRun {
  const { trainable, ranges } = stateLayout(graphs[kind]);
  const { history, result } = runOf(step, ended);
  const range = (channels: number) => ({ min: new Float32Array(channels), max: new Float32Array(channels).fill(step) });
  return {
    state: {
      ...{
        step,
        observersFrozen: false,
        squares: new Map(),
        averages: new Map(),
        statistics: new Map(),
        oscillations: new Map(),
        histograms: new Map(),
      },
      params: new Map([...params].map(([name, param]) => [name, { ...param, data: param.data.map((v) => v + step) }])),
      momentum: new Map([...params].filter(([name]) => trainable.has(name))),
      ranges: new Map([...ranges].map(([key, channels]) => [key, range(channels)])),
    },
    ...{ history, result },
  };
}

let locks: FakeLocks;
let store: TrainingStore;
/** A worker of its own. */
const tab = (id = 'mine') => new OwnTraining(new TrainingStore(), id);
const begin = (own: OwnTraining, kind: RunKind = 'qat') => own.begin(kind, recipe, networkOf);
const stored = async () => [...(await store.records()).keys()];
beforeEach(() => {
  locks = new FakeLocks();
  freshBrowser(locks);
  store = new TrainingStore();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the choices are saved before the first step; what was kept goes on in another tab once this one has ended', async () => {
  const first = tab();
  expect(await begin(first)).toEqual([{ type: 'saved', step: 0 }]);
  expect(await begin(first)).toEqual([]);
  await expect(tab().claim()).rejects.toThrow('It is training in another tab.');
  locks.freeAll();
  const second = tab();
  expect(await second.claim()).toMatchObject({ options: recipe, qat: { step: 0, ended: false } });
  expect(await begin(second)).toEqual([]);
  expect(second.kept.qat!.state).toMatchObject({ step: 0, params });
  expect(await second.keep('qat', recipe, keptRun('qat', 4, true))).toEqual({ type: 'saved', step: 4 });
  expect(await begin(second, 'control')).toEqual([]);
  await second.keep('control', recipe, keptRun('control', 2));
  locks.freeAll();
  const third = tab();
  expect(await third.claim()).toMatchObject({
    qat: { step: 4, ended: true },
    control: { step: 2, ended: false },
  });
  await begin(third);
  expect(third.kept).toEqual({ qat: keptRun('qat', 4, true), control: keptRun('control', 2) });
});

describe('a run that begins at something that takes a while to find', () => {
  const found = new Map([...params].map(([name, param]) => [name, { ...param, data: param.data.map((v) => v + 1) }]));
  const first = { graph: graphs.qat, params };

  test('saves its choices before, and begins at it; what fails is tried again, in another tab too', async () => {
    const own = tab();
    const failing = vi.fn(() => Promise.reject(new Error('stopped')));
    await expect(own.begin('qat', recipe, () => ({ ...first, begins: failing }))).rejects.toThrow('stopped');
    expect(own.kept).toEqual({});
    const begins = vi.fn(() => Promise.resolve(found));
    expect(await own.begin('qat', recipe, () => ({ ...first, begins }))).toEqual([{ type: 'saved', step: 0 }]);
    expect(own.kept.qat!.state.params).toEqual(found);
    locks.freeAll();
    const other = tab();
    await other.claim();
    expect(await other.begin('qat', recipe, () => ({ ...first, begins }))).toEqual([{ type: 'saved', step: 0 }]);
    expect(other.kept.qat!.state.params).toEqual(found);
    expect(begins).toHaveBeenCalledTimes(2);
  });

  test('goes on from its first steps without it', async () => {
    const own = tab();
    const begins = vi.fn(() => Promise.resolve(found));
    const networks = (kind: RunKind) => (kind === 'qat' ? { ...first, begins } : networkOf(kind));
    await own.begin('qat', recipe, networks);
    await own.keep('qat', recipe, keptRun('qat', 4));
    await own.letGo();
    expect(await own.begin('qat', recipe, networks)).toEqual([]);
    expect(own.kept).toEqual({ qat: keptRun('qat', 4) });
    expect(begins).toHaveBeenCalledTimes(1);
  });
});

test('what is gone cannot be claimed', () =>
  expect(tab('other').claim()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('is gone') }));

describe('a training that is not in hand', () => {
  test('is held in memory no longer, can be had by other tabs, and is read back as it was', async () => {
    const own = tab();
    await begin(own);
    await own.keep('qat', recipe, keptRun('qat', 4, true));
    await own.letGo();
    expect(own.kept).toEqual({});
    await own.recall(networkOf);
    expect(own.kept).toEqual({ qat: keptRun('qat', 4, true) });
    await own.letGo();
    const other = tab();
    await other.claim();
    await expect(own.recall(networkOf)).rejects.toThrow('It is training in another tab.');
    await other.release();
    expect(await begin(own)).toEqual([]);
    expect(own.kept).toEqual({ qat: keptRun('qat', 4, true) });
  });

  test('stays in memory where it could not be stored', async () => {
    const own = tab();
    await begin(own);
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(await own.keep('qat', recipe, keptRun('qat', 4))).toMatchObject({ type: 'not-saved' });
    full.mockRestore();
    await own.letGo();
    expect(own.kept).toEqual({ qat: keptRun('qat', 4) });
  });

  test('that has made room for others is said to be gone; the next attempt trains from the start', async () => {
    const own = tab();
    await begin(own);
    await own.keep('qat', recipe, keptRun('qat', 4, true));
    await own.letGo();
    await store.remove('mine');
    await expect(own.recall(networkOf)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('is gone'),
    });
    expect(await begin(own)).toEqual([{ type: 'saved', step: 0 }]);
    expect(own.kept.qat!.state.step).toBe(0);
  });
});

test('a store that was emptied meanwhile gets all of the training again', async () => {
  const own = tab();
  await begin(own);
  await own.keep('qat', recipe, keptRun('qat', 4, true));
  await begin(own, 'control');
  await store.remove('mine');
  await own.keep('control', recipe, keptRun('control', 2));
  locks.freeAll();
  const other = tab();
  await other.claim();
  await begin(other);
  expect(other.kept).toEqual({ qat: keptRun('qat', 4, true), control: keptRun('control', 2) });
});

describe('a training whose state is damaged', () => {
  const damage = (state: unknown) =>
    inDatabase(3, (database) =>
      database.transaction('states', 'readwrite').objectStore('states').put(state, ['mine', 'qat']),
    );
  beforeEach(async () => {
    const own = tab();
    await begin(own);
    await own.keep('qat', recipe, keptRun('qat', 4));
    await begin(tab('other'));
    locks.freeAll();
    const whole = keptRun('qat', 4).state;
    await damage({ ...whole, ranges: new Map([...whole.ranges].slice(1)) });
  });

  test('is refused and removed alone; the next attempt trains from the start', async () => {
    const own = tab();
    await own.claim();
    await expect(begin(own)).rejects.toMatchObject({
      ...{ code: 'storage', message: expect.stringContaining('its ranges are damaged') },
      hint: expect.stringContaining('It was removed'),
    });
    expect(await stored()).toEqual(['other']);
    expect(await begin(own)).toEqual([{ type: 'saved', step: 0 }]);
    expect(own.kept.qat!.state.step).toBe(0);
  });

  test('is not removed because the store did not answer', async () => {
    const own = tab();
    await own.claim();
    const gone = vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
      throw new DOMException('not now', 'UnknownError');
    });
    await expect(begin(own)).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('not now') });
    gone.mockRestore();
    expect(await stored()).toEqual(['mine', 'other']);
    await expect(begin(own)).rejects.toThrow('its ranges are damaged');
  });
});

describe('saving never stops the training', () => {
  test.each([
    ['an open that never answers', () => vi.stubGlobal('indexedDB', { open: () => new IDBOpenDBRequest() })],
    [
      'transactions that never end',
      () =>
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
          const ask = () => {
            this.get('nothing').onsuccess = ask;
          };
          ask();
          return this.get('nothing') as IDBRequest<IDBValidKey>;
        }),
    ],
  ])('%s: not saved, within a limit, and then at once', async (_, hang) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    hang();
    const own = tab();
    const begun = begin(own);
    // As long as a visitor may wait for a start that is not saved.
    await vi.advanceTimersByTimeAsync(10_000);
    const notSaved = (step: number) => ({
      ...{ type: 'not-saved', step, message: 'The browser’s storage does not answer.' },
      hint: expect.any(String),
    });
    expect(await begun).toEqual([notSaved(0)]);
    expect(await own.keep('qat', recipe, keptRun('qat', 4))).toEqual(notSaved(4));
    expect(own.kept.qat!.state.step).toBe(4);
  });

  test.each(['TypeError', 'UnknownError', 'InvalidStateError'])('%s at any call of it: not saved', async (name) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
      throw name === 'TypeError' ? new TypeError('odd') : new DOMException('odd', name);
    });
    expect(await begin(tab())).toMatchObject([{ type: 'not-saved', step: 0, message: expect.stringContaining('odd') }]);
  });

  test('a lock manager that fails: saved all the same', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new DOMException('', 'SecurityError')) } });
    expect(await begin(tab())).toEqual([{ type: 'saved', step: 0 }]);
  });

  test('no room: not saved, and saved the next time once there is', async () => {
    for (const id of ['a', 'b', 'c']) {
      const other = tab(id);
      await begin(other);
      await other.keep('qat', recipe, keptRun('qat', 1));
    }
    const own = tab();
    expect(await begin(own)).toMatchObject([{ type: 'not-saved', hint: expect.stringContaining('Discard one') }]);
    await store.remove('b');
    expect(await own.keep('qat', recipe, keptRun('qat', 4))).toEqual({ type: 'saved', step: 4 });
    expect(await stored()).toEqual(['a', 'c', 'mine']);
  });
});
