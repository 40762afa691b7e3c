// Against the codes that quantizing gives.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantizeActivation } from '../quant/fake-quant';
import { histc } from '../quant/histogram';
import { minMax } from '../quant/observers';
import { codeShares } from './code-shares';
import { anyQParams, falling } from './testing';

it('counts what quantizing gives, but for bins on the border of two cells', () => {
  fc.assert(
    fc.property(anyQParams, fc.integer({ min: 1, max: 1000 }), (q, seed) => {
      const x = falling(500, seed);
      const [{ min, max }, bins] = [minMax(x, 1), 2 ** 14];
      const shares = codeShares({ counts: histc(x, bins, min[0], max[0]), min: min[0], max: max[0] }, q);
      const expected = new Float64Array(shares.length);
      for (const code of quantizeActivation(x, q)) expected[code - q.qmin] += 1 / x.length;
      const near = (v: number) => Math.abs(v / q.scale + 0.5 - Math.round(v / q.scale + 0.5)) * q.scale;
      const borders = x.filter((v) => near(v) < (2 * (max[0] - min[0])) / bins).length / x.length;
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      shares.forEach((share, k) => expect(Math.abs(share - expected[k])).toBeLessThanOrEqual(borders + 1e-6));
    }),
  );
});
