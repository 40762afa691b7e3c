import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureLatency, median, percentile, wilson } from './statistics';

describe('percentile', () => {
  it('equals NumPy on known values', () => {
    // numpy.percentile([15, 20, 35, 40, 50], 40) = 29.0
    expect(percentile([50, 15, 40, 20, 35], 0.4)).toBe(29);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('lies between the extremes and grows with the share', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const value = percentile(list, share);
        expect(value).toBeGreaterThanOrEqual(Math.min(...list) - 1e-6);
        expect(value).toBeLessThanOrEqual(percentile(list, 1) + 1e-6);
        // + 0: to toBe, 0 and -0 are not the same.
        expect(percentile(list, 1) + 0).toBe(Math.max(...list) + 0);
      }),
    );
  });
});

describe('wilson', () => {
  it.each([
    // scipy.stats.binomtest(right, images).proportion_ci(method='wilson')
    [822, 1000, 0.7970731778115322, 0.8444623897237701],
    [0, 250, 0, 0.015133299495444575],
    [250, 250, 0.9848667005045555, 1],
    [1, 3, 0.06149194472039626, 0.7923403991979523],
  ])('%d of %d: as SciPy', (right, images, low, high) => {
    const interval = wilson(right, images);
    expect(interval[0]).toBeCloseTo(low, 6);
    expect(interval[1]).toBeCloseTo(high, 6);
  });
});

describe('measureLatency', () => {
  it('times the asked number of samples after warm-ups and awaits promises', async () => {
    const seen: number[] = [];
    let pending = 0;
    const stats = await measureLatency(
      async (sample) => {
        expect(pending++).toBe(0);
        await Promise.resolve();
        pending--;
        seen.push(sample);
      },
      100,
      { threads: 1, what: 'test' },
    );
    expect(seen).toHaveLength(120);
    expect(seen.slice(20)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(stats).toMatchObject({ samples: 100, threads: 1, what: 'test' });
    expect(stats.p95_ms).toBeGreaterThanOrEqual(stats.median_ms);
  });
});
