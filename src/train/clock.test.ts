// Time is given here: performance.now is replaced.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from './clock';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** The rate after steps of these milliseconds, of 10 images each. */
function rateAfter(durations: readonly number[], clock = new Clock()): number {
  let rate = 0;
  for (const ms of durations) {
    now += ms;
    rate = clock.rate(10);
  }
  return rate;
}

test('the rate is that of all steps so far, then of the last twenty', () => {
  expect(rateAfter([100, 300])).toBe(50);
  expect(rateAfter([...new Array<number>(100).fill(5000), ...new Array<number>(20).fill(200)])).toBe(50);
  expect(rateAfter([5000, ...new Array<number>(19).fill(200)])).toBeCloseTo(200_000 / 8800, 9);
});

test('what is no part of a step does not count', async () => {
  const clock = new Clock();
  now += 100;
  const value = await clock.without(Promise.resolve().then(() => ((now += 9000), 'done')));
  now += 100;
  expect([value, clock.rate(10)]).toEqual(['done', 50]);
});

test('a long run holds no more than a short one', () => {
  const held = (steps: number) => {
    const clock = new Clock();
    rateAfter(new Array<number>(steps).fill(100), clock);
    return Object.values(clock).flat().length;
  };
  expect(held(10_000)).toBe(held(20));
});
