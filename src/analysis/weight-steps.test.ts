// Against the codes that quantizing gives.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamp, quantizeWeight } from '../quant/fake-quant';
import { falling } from './testing';
import { weightSteps } from './weight-steps';

describe('weightSteps', () => {
  it('has in the cell of each code the weights that are rounded to it, and beyond the outermost those that are clipped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.double({ min: 0.002, max: 2, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        (bits, scale, seed) => {
          const weight = falling(400, seed);
          const [qmin, qmax] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
          const scales = Float32Array.of(scale, 2 * scale, 0.5 * scale, scale);
          const q = { scales, zeroPoints: new Int32Array(4), qmin, qmax };
          const { counts, min, max } = weightSteps(weight, q);
          const perStep = counts.length / (max - min);
          expect(Number.isInteger(perStep) || max - min > counts.length).toBe(true);
          const seen = new Map<number, number>();
          counts.forEach((count, bin) => {
            const code = clamp(Math.floor(min + (bin + 0.5) / perStep + 0.5), qmin, qmax);
            seen.set(code, (seen.get(code) ?? 0) + count);
          });
          const expected = new Map<number, number>();
          for (const code of quantizeWeight(weight, q)) expected.set(code, (expected.get(code) ?? 0) + 1);
          // A weight on the border of two cells may be told of the other: none lies there by more than float32's error.
          let borders = 0;
          weight.forEach((w, i) => {
            const step = w / scales[Math.floor(i / 100)] + 0.5;
            if (Math.abs(step - Math.round(step)) < 1e-4 * Math.max(1, Math.abs(step))) borders++;
          });
          for (let code = qmin; code <= qmax; code++)
            expect(Math.abs((seen.get(code) ?? 0) - (expected.get(code) ?? 0))).toBeLessThanOrEqual(borders);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('cuts a step into bins while there are few, and holds all weights', () => {
    const q = { scales: Float32Array.of(1), zeroPoints: new Int32Array(1), qmin: -2, qmax: 1 };
    const { counts, min, max } = weightSteps(Float32Array.of(-7.4, -2.2, 0, 0.4, 1.3, 2.6), q);
    expect([min, max, counts.length]).toEqual([-7.5, 3.5, 11 * 16]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  });
});
