// The number of threads and the patience with them. Workers that fail are in tests/browser/threads.spec.ts.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Patience, usefulThreads } from './threads';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A page that may share memory. */
function isolate(): void {
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('Worker', class {});
  vi.stubGlobal('navigator', { locks: {} });
}

test.each([
  [128, 8],
  [Infinity, 8],
  [8, 8],
  [2, 2],
  [1.9, 1],
  [1, 1],
  [0, 1],
  [-3, 1],
  [NaN, 1],
  [undefined, 1],
])('%s cores: %i threads', (cores, threads) => {
  isolate();
  expect(usefulThreads(cores)).toBe(threads);
});

test('one thread where memory cannot be shared, or where nobody would hear that a worker ended', () => {
  expect(usefulThreads(4)).toBe(1);
  isolate();
  expect(usefulThreads(4)).toBe(4);
  vi.stubGlobal('navigator', {});
  expect(usefulThreads(4)).toBe(1);
  isolate();
  vi.stubGlobal('crossOriginIsolated', false);
  expect(usefulThreads(4)).toBe(1);
});

describe('patience', () => {
  /** Looks at these times in ms; at the first of a wait something has moved. @returns when it gave up */
  function firstStall(times: Iterable<number>, movedAt: (time: number) => boolean): number | undefined {
    const { stalled } = new Patience();
    for (const time of times) {
      vi.spyOn(performance, 'now').mockReturnValue(time);
      if (stalled(Number(movedAt(time)))) return time;
    }
    return undefined;
  }
  const every = (step: number, until: number) => Array.from({ length: until / step + 1 }, (_, i) => i * step);

  test('ends five seconds after something moved last', () => {
    expect(firstStall(every(50, 20_000), (time) => time === 0)).toBe(5_000);
    expect(firstStall(every(50, 20_000), (time) => time <= 7_000)).toBe(12_000);
    expect(firstStall(every(50, 20_000), (time) => time % 4_000 === 0)).toBeUndefined();
  });

  test('a machine that slept for an hour is not five seconds without progress', () => {
    const hour = 3_600_000;
    const woken = [0, 50, 50 + hour, 100 + hour];
    expect(firstStall(woken, (time) => time === 0)).toBeUndefined();
    expect(firstStall(every(hour, 100 * hour), (time) => time === 0)).toBe(50 * hour);
  });
});
