// Whose turn it is in the race, and when it ends. Not for times: src/report/burst.ts.
import { expect, test } from 'vitest';
import { raceOf, ROUNDS, type Race } from './race';
import { Life } from './life';
import type { Workers } from './workers';

/** @param threads that the engine can start at most */
function setUp(threads = 2) {
  const asked: string[] = [];
  /** Networks that the engine holds. */
  const held = new Set<string>();
  const burst = (name: string, start: number) => {
    asked.push(`${name} ${start}`);
    return { labels: new Uint8Array(3), predictions: new Uint8Array(3), times: new Float64Array(3) };
  };
  const engine = {
    load: async (slot: string, _model: unknown, wanted: number) => {
      held.add(slot);
      return { threads: Math.min(wanted, threads) };
    },
    unload: async (slot: string) => void held.delete(slot),
    burst: async (slot: string, start: number) => burst(slot, start),
  };
  const baseline = { start: async () => {}, burst: async (start: number) => burst('fp32', start) };
  const life = new Life();
  const workers = {
    ...{ engine: life.bound(engine), baseline: life.bound(baseline) },
    get over() {
      return life.over;
    },
  } as unknown as Workers;
  return {
    asked,
    held,
    engine,
    end: (error: Error) => life.end(error),
    context: { workers, place: { baseUrl: '', own: {} }, int8Model: {} as never, inSight: async () => {} },
  };
}

const all = async (race: AsyncGenerator<Race>): Promise<Race[]> => {
  const rounds: Race[] = [];
  for await (const round of race) rounds.push(round);
  return rounds;
};

test('each has as many bursts, to and fro, and goes on in the stream where it was', async () => {
  const { asked, context } = setUp();
  const rounds = await all(raceOf(context, new AbortController().signal));
  expect(rounds.map(({ rounds }) => rounds)).toEqual(Array.from({ length: ROUNDS }, (_, i) => i + 1));
  for (const { racers, rounds: done } of rounds)
    expect(racers.map(({ bursts }) => bursts.length)).toEqual([done, done, done]);
  expect(rounds[0]!.racers).toMatchObject([
    { model: 'fp32', threads: 1 },
    { model: 'int8', threads: 1 },
    { model: 'int8', threads: 2 },
  ]);
  expect(asked.slice(0, 6)).toEqual(['fp32 0', 'race 0', 'race-threaded 0', 'race-threaded 3', 'race 3', 'fp32 3']);
});

test('where there is one thread only, nothing races that says it has two', async () => {
  const { context } = setUp(1);
  const [first] = await all(raceOf(context, new AbortController().signal));
  expect(first!.racers.map(({ model }) => model)).toEqual(['fp32', 'int8']);
});

test('a burst waits until the page is in sight', async () => {
  const { asked, context } = setUp();
  let show!: () => void;
  const shown = new Promise<void>((resolve) => (show = resolve));
  const first = raceOf({ ...context, inSight: () => shown }, new AbortController().signal).next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(asked).toEqual([]);
  show();
  expect((await first).done).toBe(false);
});

test('a round in which it is ended is not told of', async () => {
  const { asked, context } = setUp();
  const end = new AbortController();
  const race = raceOf(context, end.signal);
  await race.next();
  const before = asked.length;
  const second = race.next();
  end.abort();
  expect(await second).toEqual({ done: true, value: undefined });
  expect(asked.length - before).toBeLessThan(3);
});

test('the engine lets go of who raced: after the last round, when it is ended, and when a burst fails', async () => {
  const { held, context } = setUp();
  const race = raceOf(context, new AbortController().signal);
  await race.next();
  expect([...held]).toEqual(['race', 'race-threaded']);
  await all(race);
  expect(held.size).toBe(0);

  await raceOf(context, AbortSignal.abort()).next();
  expect(held.size).toBe(0);

  const baseline = { ...context.workers.baseline, burst: () => Promise.reject(new Error('no memory')) };
  const workers = { ...context.workers, baseline } as unknown as Workers;
  await expect(raceOf({ ...context, workers }, new AbortController().signal).next()).rejects.toThrow('no memory');
  expect(held.size).toBe(0);
});

test('where the workers end in the middle of a burst the race ends too, and says why', async () => {
  const { engine, end, context } = setUp();
  const race = raceOf(context, new AbortController().signal);
  await race.next();
  engine.burst = () => new Promise(() => {});
  engine.unload = () => new Promise(() => {});
  const next = race.next();
  end(new Error('ended'));
  await expect(next).rejects.toThrow('ended');
  expect(await race.next()).toMatchObject({ done: true });
});
