import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantizeWeight } from '../fake-quant';
import { withinCodes } from './within-codes';

const q = { scales: Float32Array.of(0.25, 0.0625), zeroPoints: Int32Array.of(0, 0), qmin: -2, qmax: 1 };
const value = fc.double({ min: -1, max: 1, noNaN: true });
const code = fc.integer({ min: q.qmin, max: q.qmax });

it('gives weights of these codes, and moves none that has its code already and is not close to an edge', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, code), { minLength: 6, maxLength: 6 }), (pairs) => {
      const weight = Float32Array.from(pairs, ([w]) => w);
      const codes = Int8Array.from(pairs, ([, c]) => c);
      const moved = withinCodes(weight, codes, q);
      expect([...quantizeWeight(moved, q)]).toEqual([...codes]);
      moved.forEach((w, i) => {
        const [from, to] = [weight[i], w].map((v) => v / q.scales[Math.floor(i / 3)]);
        // Rounded to float32: 2^-24 of up to 16 steps.
        if (from === to) return;
        expect(Math.abs(to - codes[i])).toBeCloseTo(0.4, 5);
        expect(Math.abs(from - codes[i])).toBeGreaterThan(0.4 - 1e-5);
      });
    }),
  );
});

it('leaves what lies beyond the outermost codes there', () => {
  const weight = Float32Array.of(-9, 9, 0.3, -9, 9, 0);
  expect([...withinCodes(weight, Int8Array.of(-2, 1, 1, -2, 1, 0), q)]).toEqual([...weight]);
});
