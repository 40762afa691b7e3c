// Against the codes that quantizing gives.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeActivation, quantizeWeight } from '../quant/fake-quant';
import { histc } from '../quant/histogram';
import { minMax } from '../quant/observers';
import { anyQParams, falling } from './testing';
import { unusedCodes, unusedWeightCodes } from './unused-codes';

const without = (used: Iterable<number>, { qmin, qmax }: { qmin: number; qmax: number }): number[] => {
  const seen = new Set(used);
  return Array.from({ length: qmax - qmin + 1 }, (_, i) => qmin + i).filter((code) => !seen.has(code));
};

describe('unusedCodes', () => {
  it('are those that quantizing never gives, but for what bins cannot tell', () => {
    fc.assert(
      fc.property(anyQParams, fc.integer({ min: 1, max: 1000 }), (q, seed) => {
        const x = falling(500, seed);
        const { min, max } = minMax(x, 1);
        const bins = 2 ** 16;
        const found = unusedCodes({ counts: histc(x, bins, min[0], max[0]), min: min[0], max: max[0] }, q);
        const expected = without(quantizeActivation(x, q), q);
        // A bin on the border of two cells counts for both.
        const borders = x.filter((v) => {
          const place = v / q.scale + 0.5;
          return Math.abs(place - Math.round(place)) * q.scale < (2 * (max[0] - min[0])) / bins;
        }).length;
        expect(found.length).toBeGreaterThanOrEqual(expected.length - borders);
        if (borders === 0) expect(found).toEqual(expected);
        for (const code of found) expect(expected).toContain(code);
      }),
    );
  });

  it('are all but one of a tensor of one value', () => {
    const histogram = { counts: Float32Array.of(0, 4, 0), min: 0.5, max: 0.5 };
    expect(unusedCodes(histogram, { scale: 0.5, zeroPoint: 1, qmin: 0, qmax: 3 })).toEqual([0, 1, 3]);
  });
});

describe('unusedWeightCodes', () => {
  it('are those that no weight of a channel has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 1000 }), (bits, seed) => {
        const [qmin, qmax] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
        const scales = Float32Array.of(0.1, 1, 5);
        const q = { scales, zeroPoints: new Int32Array(3), qmin, qmax };
        const codes = quantizeWeight(falling(60, seed), q);
        const expected = [0, 1, 2].map((c) => without(codes.subarray(20 * c, 20 * (c + 1)), q));
        expect(unusedWeightCodes(codes, q)).toEqual(expected);
      }),
    );
  });
});
