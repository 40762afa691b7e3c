import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng';
import { meanAndDeviation, measureLatency, median, pairedDifference, percentile, wilson } from './statistics';

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

it('mean and deviation equal Python’s statistics.mean and stdev', () => {
  const { mean, deviation } = meanAndDeviation([0.87, 0.872, 0.865, 0.881]);
  expect(mean).toBeCloseTo(0.872, 12);
  expect(deviation).toBeCloseTo(0.006683312551921146, 12);
  expect(meanAndDeviation([2, 2])).toEqual({ mean: 2, deviation: 0 });
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

describe('pairedDifference', () => {
  /** Two models on images of which they share most answers. @param chances of: only a right, only b, both */
  function answers(images: number, [onlyA, onlyB, both]: readonly number[], rng: Rng) {
    const [a, b, labels] = [0, 0, 0].map(() => new Uint8Array(images));
    for (let i = 0; i < images; i++) {
      const at = rng.uniform();
      a[i] = Number(at >= onlyA && at < 1 - both);
      b[i] = Number(at < onlyA || (at >= onlyA + onlyB && at < 1 - both));
    }
    return pairedDifference(a, b, labels);
  }

  it('holds the true difference in 95 of 100 cases', () => {
    const rng = new Rng(3);
    for (const chances of [
      [0.08, 0.04, 0.8],
      [0.01, 0.01, 0.9],
    ]) {
      const truth = chances[0] - chances[1];
      const trials = 2000;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const { low, high } = answers(400, chances, rng);
        if (low <= truth && truth <= high) held++;
      }
      // Three standard errors of a share of 0.95 in 2,000 trials are 0.015; the method is known to hold a little more.
      expect(held / trials).toBeGreaterThan(0.935);
      expect(held / trials).toBeLessThan(0.99);
    }
  });

  it('is what one has over the other, and the opposite with both exchanged', () => {
    const labels = Uint8Array.of(1, 2, 3, 4);
    const [a, b] = [Uint8Array.of(1, 2, 3, 0), Uint8Array.of(1, 0, 0, 4)];
    const [ab, ba] = [pairedDifference(a, b, labels), pairedDifference(b, a, labels)];
    expect(ab.difference).toBe(0.25);
    expect([ba.difference, ba.low, ba.high]).toEqual([-ab.difference, -ab.high, -ab.low]);
    expect(pairedDifference(a, a, labels)).toMatchObject({ difference: 0 });
  });

  it('is narrower than the intervals of each alone where both mostly agree', () => {
    const { low, high } = answers(1000, [0.02, 0.01, 0.8], new Rng(7));
    const [one] = [wilson(820, 1000)];
    expect(high - low).toBeLessThan((one[1] - one[0]) / 2);
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
