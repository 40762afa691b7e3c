// Several trainings in one browser, and tabs that hold some of them: listing, forgetting one, making room.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdTraining } from './lock';
import type { TrainingRecord } from './record';
import { TrainingStore } from './store';
import { FakeLocks, freshBrowser, inDatabase, recordOf, runOf } from './testing';
import { forgetTraining, KEPT, listTrainings, makeRoom } from './trainings';

let store: TrainingStore;
beforeEach(() => {
  freshBrowser();
  store = new TrainingStore();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const save = async (...records: TrainingRecord[]) => {
  for (const record of records) await store.save(record, {});
};
const ids = async () => [...(await store.records()).keys()];
const running = (id: string, savedAt: number) => recordOf(id, savedAt, runOf(3));
const ended = (id: string, savedAt: number) => recordOf(id, savedAt, runOf(3, true), runOf(3, true));
const elsewhere = expect.objectContaining({ code: 'storage', message: 'It is training in another tab.' });

test('the newest comes first, with where it is', async () => {
  await save(running('a', 5), ended('b', 9), running('c', 7));
  await holdTraining('c');
  const { trainings, problems } = await listTrainings(store);
  expect(trainings.map(({ id, elsewhere }) => [id, elsewhere])).toEqual([
    ['b', false],
    ['c', true],
    ['a', false],
  ]);
  expect(problems).toEqual([]);
});

test('where there are no Web Locks it is unknown, and everything can be taken', async () => {
  vi.stubGlobal('navigator', {});
  await save(running('a', 5));
  expect((await listTrainings(store)).trainings).toMatchObject([{ id: 'a', elsewhere: 'unknown' }]);
  await holdTraining('a');
  await forgetTraining(store, 'a');
  expect(await ids()).toEqual([]);
});

test('a lock manager that gives no answer is as good as none', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const never = () => new Promise(() => {});
  vi.stubGlobal('navigator', { locks: { request: never, query: never } });
  await save(running('a', 5));
  const forgotten = forgetTraining(store, 'a');
  await vi.advanceTimersByTimeAsync(10_000);
  await forgotten;
  expect(await ids()).toEqual([]);
});

test('a damaged one is named and removed alone, unless a tab has it', async () => {
  await save(running('a', 5), running('held', 6));
  const damage = (id: string) =>
    inDatabase(3, (database) =>
      database.transaction('trainings', 'readwrite').objectStore('trainings').put({ id }, id),
    );
  await damage('broken');
  await damage('held');
  await holdTraining('held');
  const { trainings, problems } = await listTrainings(store);
  expect(trainings.map(({ id }) => id)).toEqual(['a']);
  expect(problems).toEqual([
    { message: expect.stringContaining('it is damaged'), hint: expect.stringContaining('It was removed') },
  ]);
  expect(await ids()).toEqual(['a', 'held']);
});

test('one that another tab has is not forgotten; one whose tab is about to end is', async () => {
  await save(running('a', 5), running('b', 6));
  const release = await holdTraining('a');
  await expect(forgetTraining(store, 'a')).rejects.toThrow(elsewhere);
  await expect(forgetTraining(store, 'a', 0.01)).rejects.toThrow(elsewhere);
  expect(await ids()).toEqual(['a', 'b']);
  const forgotten = forgetTraining(store, 'a', 60);
  void release();
  await forgotten;
  expect(await ids()).toEqual(['b']);
  // The lock was given back.
  await holdTraining('a');
});

test('room is made by the oldest that has ended, or not begun, and that no tab has', async () => {
  expect(KEPT).toBe(3);
  await save(running('r', 1), ended('old', 2), ended('new', 3));
  await makeRoom(store, 'next');
  expect(await ids()).toEqual(['new', 'r']);
  await makeRoom(store, 'next');
  expect(await ids()).toEqual(['new', 'r']);
  await save(recordOf('choices', 0, runOf(0)));
  await makeRoom(store, 'next');
  expect(await ids()).toEqual(['new', 'r']);
  await save(ended('held', 0));
  await holdTraining('held');
  await makeRoom(store, 'next');
  expect(await ids()).toEqual(['held', 'r']);
});

test('where none may go there is no room, and the message says what to do; its own place is no other’s', async () => {
  await save(running('a', 1), running('b', 2), ended('held', 3));
  await holdTraining('held');
  await expect(makeRoom(store, 'next')).rejects.toMatchObject({
    ...{ code: 'storage', message: expect.stringContaining('There are 3 saved trainings in this browser') },
    hint: expect.stringContaining('Discard one'),
  });
  expect(await ids()).toEqual(['a', 'b', 'held']);
  await makeRoom(store, 'a');
  expect(await ids()).toEqual(['a', 'b', 'held']);
});

test('locks of this file behave as the browser’s do', async () => {
  const locks = new FakeLocks();
  const granted = (lock: unknown) => (lock ? new Promise(() => {}) : 'none');
  void locks.request('a', {}, granted);
  expect(await locks.request('a', { ifAvailable: true }, granted)).toBe('none');
  await expect(locks.request('a', { signal: AbortSignal.timeout(1) }, granted)).rejects.toThrow(
    expect.objectContaining({ name: 'TimeoutError' }),
  );
  locks.freeAll();
  expect(await locks.request('a', {}, () => 'work')).toBe('work');
});
