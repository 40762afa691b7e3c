import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_POINTS, Thinned } from './thinned';

const filled = (n: number, value: (step: number) => number): Thinned => {
  const thinned = new Thinned(1);
  for (let step = 1; step <= n; step++) thinned.add(step, [value(step)]);
  return thinned;
};

describe('a thinned curve', () => {
  it('holds every point as it is up to the bound', () => {
    const { steps, columns, width } = filled(MOST_POINTS, (step) => step / 3);
    expect(width).toBe(1);
    expect(steps).toEqual(Array.from({ length: MOST_POINTS }, (_, i) => i + 1));
    expect(columns[0]).toEqual(steps.map((step) => step / 3));
  });

  it('stays within the bound and covers every step with the mean of its points, whatever the length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 }), (n) => {
        const value = (step: number) => Math.sin(step);
        const { steps, columns, width } = filled(n, value);
        expect(steps.length).toBeLessThanOrEqual(MOST_POINTS);
        expect(steps).toEqual(Array.from({ length: Math.ceil(n / width) }, (_, i) => Math.min((i + 1) * width, n)));
        steps.forEach((last, i) => {
          const first = i * width + 1;
          let sum = 0;
          for (let step = first; step <= last; step++) sum += value(step);
          expect(columns[0]![i]).toBeCloseTo(sum / (last - first + 1), 9);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('is as new after clear', () => {
    const thinned = filled(3 * MOST_POINTS, Number);
    thinned.clear();
    thinned.add(1, [7]);
    expect([thinned.steps, thinned.columns, thinned.width]).toEqual([[1], [[7]], 1]);
  });
});
