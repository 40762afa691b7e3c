// Saving, listing and forgetting in a database; databases of earlier and later versions; one that is full, blocked or
// does not answer. Node's copy of IndexedDB; the browser's own is tested in tests/browser/saved-trainings.spec.ts.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshBrowser, inDatabase, recordOf, runOf, stateOf } from './testing';
import { asTraining } from './record';
import { TrainingStore } from './store';

let store: TrainingStore;
beforeEach(() => {
  freshBrowser();
  store = new TrainingStore();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const storage = (message: string) =>
  expect.objectContaining({ code: 'storage', message: expect.stringContaining(message) });

describe('trainings side by side', () => {
  test('each has its record and its states, and is forgotten alone', async () => {
    const a = recordOf('a', 1, runOf(3, true), runOf(2));
    const b = recordOf('b', 2, runOf(5));
    await store.save(a, { qat: stateOf(3), control: stateOf(2) }, 'control');
    await store.save(b, { qat: stateOf(5) }, 'qat');
    expect(await store.records()).toEqual(
      new Map([
        ['a', a],
        ['b', b],
      ]),
    );
    expect(await store.read('a')).toEqual({ record: a, states: { qat: stateOf(3), control: stateOf(2) } });
    await store.remove('a');
    expect(await store.records()).toEqual(new Map([['b', b]]));
    expect(await store.read('a')).toEqual({ record: undefined, states: {} });
    expect(await store.read('b')).toEqual({ record: b, states: { qat: stateOf(5) } });
  });

  test('the state of the run that did not change is written only where it is missing', async () => {
    const record = recordOf('a', 1, runOf(3, true), runOf(2));
    await store.save(record, { qat: stateOf(3) }, 'qat');
    await store.save(record, { qat: stateOf(3, 7), control: stateOf(2) }, 'control');
    expect((await store.read('a')).states).toEqual({ qat: stateOf(3), control: stateOf(2) });
    await store.remove('a');
    await store.save(record, { qat: stateOf(3, 7), control: stateOf(2) }, 'control');
    expect((await store.read('a')).states).toEqual({ qat: stateOf(3, 7), control: stateOf(2) });
  });

  test('a run that went back to its start has no state', async () => {
    await store.save(recordOf('a', 1, runOf(3)), { qat: stateOf(3) }, 'qat');
    await store.save(recordOf('a', 1, runOf(0)), { qat: stateOf(0) }, 'qat');
    expect((await store.read('a')).states).toEqual({});
  });

  test('record and state are saved both or neither', async () => {
    const before = recordOf('a', 1, runOf(3));
    await store.save(before, { qat: stateOf(3) }, 'qat');
    const uncloneable = { ...stateOf(4), params: () => {} } as never;
    await expect(store.save(recordOf('a', 1, runOf(4)), { qat: uncloneable }, 'qat')).rejects.toThrow(storage('store'));
    expect(await store.read('a')).toEqual({ record: before, states: { qat: stateOf(3) } });
  });
});

/** What version 1 of the database held: one training, written by hand as that page wrote it. */
const OPTIONS_1 = {
  ...{
    backend: 'wasm',
    steps: 9,
    batch: 2,
    learningRate: 0.003,
    weightBits: 4,
    activationBits: 8,
    images: 64,
    seed: 5,
  },
  ...{ qconfig: 'fbgemm_qat', fuseAddRelu: true },
};
const QAT_1 = {
  ...{ version: 1, id: 'first', kind: 'qat', options: { ...OPTIONS_1, learningRate: 0.01 }, step: 2 },
  history: { losses: [1.5, 1.25], validations: [{ step: 2, accuracy: 0.5, images: 256 }] },
  result: {
    ...{ steps: 2, finished: false, losses: Float32Array.of(1.5, 1.25), imagesPerSecond: 3 },
    ...{ tensorsAtStart: 300, tensorsAtEnd: 300 },
  },
};
const CONTROL_1 = {
  ...{ version: 1, id: 'first', kind: 'control', options: OPTIONS_1, step: 1, result: undefined },
  history: { losses: [1.75], validations: [] },
};
const version1 = (values: Readonly<Record<string, unknown>>) =>
  inDatabase(
    1,
    (database) => {
      const runs = database.transaction('runs', 'readwrite').objectStore('runs');
      return Object.entries(values)
        .map(([key, value]) => runs.put(value, key))
        .at(-1);
    },
    (database) => database.createObjectStore('runs'),
  );

describe('a database of version 1', () => {
  /** What recipes had not then. */
  const ADDED = {
    ...{ version: 1, schedule: 'constant', distillation: 0 },
    ...{ keepEight: 'none', ranges: 'histogram', weightRanges: 'minmax', batchNorm: 'fused' },
    ...{ rounding: 'nearest', correctBias: false, equalize: false, layerBits: '', averaging: 0, optimizer: 'sgd' },
    ...{ reestimateBatchNorm: 0, oscillations: 'leave', augmentation: 'crops_and_flips' },
    ...{ reduceRange: true, weightScheme: 'per_channel_symmetric' },
    ...{ narrowRange: false, powerOfTwo: false, beginAt: 'weights' },
  };
  test('its training is carried over under its id, with both runs and states', async () => {
    await version1({ qat: QAT_1, 'qat/state': stateOf(2), control: CONTROL_1, 'control/state': stateOf(1) });
    const { record, states } = await store.read('first');
    const schedule = (rate: number) => [{ step: 0, rate }];
    expect(asTraining('first', record)).toEqual({
      ...{ id: 'first', options: { ...ADDED, ...OPTIONS_1 }, savedAt: expect.any(Number) },
      runs: {
        qat: {
          step: 2,
          history: { ...QAT_1.history, schedule: schedule(0.01) },
          result: { ...QAT_1.result, schedule: schedule(0.01), diverged: false },
        },
        control: { step: 1, history: { ...CONTROL_1.history, schedule: schedule(0.003) }, result: undefined },
      },
    });
    expect(states).toEqual({ qat: stateOf(2), control: stateOf(1) });
    expect([...(await store.records()).keys()]).toEqual(['first']);
  });

  test('a QAT run alone, before its end', async () => {
    await version1({ qat: { ...QAT_1, result: undefined }, 'qat/state': stateOf(2) });
    const { record, states } = await store.read('first');
    expect(asTraining('first', record).runs).toMatchObject({ qat: { step: 2 } });
    expect(states).toEqual({ qat: stateOf(2) });
  });

  test('the control of another training is left behind', async () => {
    await version1({
      qat: QAT_1,
      'qat/state': stateOf(2),
      control: { ...CONTROL_1, id: 'b' },
      'control/state': stateOf(1),
    });
    const { record, states } = await store.read('first');
    expect(asTraining('first', record)).toMatchObject({ options: { learningRate: 0.01 } });
    expect(asTraining('first', record).runs.control).toBeUndefined();
    expect(states).toEqual({ qat: stateOf(2) });
  });

  test.each([{ version: 99 }, 'text', null, { ...QAT_1, id: 7, step: 1 }])(
    'a record %j of it is found damaged, not lost unseen',
    async (qat) => {
      await version1({ qat });
      const [[id, record]] = [...(await store.records())];
      expect(() => asTraining(id, record)).toThrow(storage('it is damaged'));
    },
  );

  test('that is empty, or has no store at all, becomes an empty one', async () => {
    await version1({ other: 1 });
    expect(await store.records()).toEqual(new Map());
    freshBrowser();
    await inDatabase(1, () => undefined);
    expect(await store.records()).toEqual(new Map());
  });

  test('an upgrade that fails leaves it as it was', async () => {
    await version1({ qat: QAT_1, 'qat/state': stateOf(2) });
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(store.records()).rejects.toThrow(expect.objectContaining({ code: 'storage' }));
    full.mockRestore();
    expect((await store.read('first')).states).toEqual({ qat: stateOf(2) });
  });
});

test('a database of version 2, whose validations had no integers, is read as it is', async () => {
  const run = runOf(2);
  const validated = { ...run, history: { ...run.history, validations: [{ step: 2, accuracy: 0.5, images: 256 }] } };
  await inDatabase(
    2,
    (database) => {
      const stores = database.transaction(['trainings', 'states'], 'readwrite');
      stores.objectStore('states').put(stateOf(2), ['a', 'qat']);
      return stores.objectStore('trainings').put(recordOf('a', 1, validated), 'a');
    },
    (database) => ['trainings', 'states'].forEach((name) => database.createObjectStore(name)),
  );
  const { record, states } = await store.read('a');
  expect(asTraining('a', record)).toEqual(recordOf('a', 1, validated));
  expect(states).toEqual({ qat: stateOf(2) });
});

describe('a database of a later version', () => {
  test('is left as it is, and said to be newer', async () => {
    const fill = (database: IDBDatabase) => database.createObjectStore('later').put('kept', 'key');
    await inDatabase(9, () => undefined, fill);
    const newer = storage('A newer version of this page has saved trainings in this browser');
    const record = recordOf('a', 1, runOf(1));
    await expect(store.records()).rejects.toThrow(newer);
    await expect(store.read('a')).rejects.toThrow(newer);
    await expect(store.remove('a')).rejects.toThrow(newer);
    await expect(store.save(record, { qat: stateOf(1) }, 'qat')).rejects.toThrow(newer);
    expect(await inDatabase(9, (database) => database.transaction('later').objectStore('later').get('key'))).toBe(
      'kept',
    );
  });

  test('can be made while this page is open: its connections give way', async () => {
    await store.save(recordOf('a', 1, runOf(1)), { qat: stateOf(1) }, 'qat');
    const busy = store.records();
    expect(await inDatabase(9, () => undefined)).toBeUndefined();
    await busy.catch(() => {});
    await expect(store.records()).rejects.toThrow(storage('newer version'));
  });
});

describe('within a limit', () => {
  const later = () => vi.advanceTimersByTimeAsync(30_000);
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

  test('an open that never answers is given up, and nothing more is begun until it does', async () => {
    const open = vi.fn(() => new IDBOpenDBRequest());
    vi.stubGlobal('indexedDB', { open });
    const records = expect(store.records()).rejects.toThrow(storage('storage does not answer'));
    await later();
    await records;
    await expect(store.save(recordOf('a', 1, runOf(1)), { qat: stateOf(1) }, 'qat')).rejects.toThrow(
      storage('does not answer'),
    );
    expect(open).toHaveBeenCalledTimes(1);
  });

  test('a transaction that never ends is given up; once it ends the store is used again', async () => {
    const ends: (() => void)[] = [];
    const { put } = IDBObjectStore.prototype;
    const kept = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      // A transaction lives as long as something is asked of it.
      let ended = false;
      ends.push(() => (ended = true));
      const ask = () => {
        if (!ended) this.get('nothing').onsuccess = ask;
      };
      ask();
      return put.apply(this, args);
    });
    const record = recordOf('a', 1, runOf(1));
    const saved = expect(store.save(record, { qat: stateOf(1) }, 'qat')).rejects.toThrow(storage('does not answer'));
    await later();
    await saved;
    expect(ends).not.toEqual([]);
    kept.mockRestore();
    ends.forEach((end) => end());
    await vi.waitFor(async () => expect([...(await store.records()).keys()]).toEqual(['a']), { timeout: 20_000 });
  });

  test('another tab that keeps the old database open is named', async () => {
    await version1({ qat: QAT_1, 'qat/state': stateOf(2) });
    const old = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('qat-playground-training', 1);
      opening.onsuccess = () => resolve(opening.result);
    });
    const told = new Promise((resolve) => (old.onversionchange = resolve));
    const records = expect(store.records()).rejects.toThrow(storage('Another tab holds an older version of this page'));
    await told;
    await new Promise(setImmediate);
    await later();
    await records;
    old.close();
    await vi.waitFor(async () => expect([...(await store.records()).keys()]).toEqual(['first']), { timeout: 20_000 });
  });
});

test('a full disk is named, with what to do', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  const saved = store.save(recordOf('a', 1, runOf(1)), { qat: stateOf(1) }, 'qat');
  await expect(saved).rejects.toMatchObject({
    ...{ code: 'storage', message: 'The disk space this page may use is full.' },
    hint: expect.stringContaining('Discard a saved training'),
  });
});

test('a browser without a database is named', async () => {
  vi.stubGlobal('indexedDB', undefined);
  await expect(store.records()).rejects.toThrow(storage('does not store data'));
});
