// What holds of any two tensors; PyTorch's figures: tests/golden/similarity.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Similarity } from './similarity';

const value = fc.double({ min: -100, max: 100, noNaN: true }).filter((v) => Math.abs(v) > 1e-3);
const pairs = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 40 });
const of = (x: number[], y: number[]) => new Similarity().add(x, y);

describe('Similarity', () => {
  it('of parts, one after another, is that of the whole', () => {
    fc.assert(
      fc.property(pairs, fc.nat(40), (values, at) => {
        const [x, y] = [values.map(([a]) => a), values.map(([, b]) => b)];
        const whole = of(x, y);
        const parts = of(x.slice(0, at), y.slice(0, at)).add(x.slice(at), y.slice(at));
        expect(parts.sqnr).toBeCloseTo(whole.sqnr, 9);
        expect(parts.cosine).toBeCloseTo(whole.cosine, 9);
      }),
    );
  });

  it('depends on no unit, and the cosine not even on one of the two being enlarged', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: -10, max: 10 }), (values, power) => {
        const unit = 2 ** power;
        const [x, y] = [values.map(([a]) => a), values.map(([, b]) => b)];
        const [one, other] = [
          of(x, y),
          of(
            x.map((v) => v * unit),
            y.map((v) => v * unit),
          ),
        ];
        expect(other.sqnr).toBeCloseTo(one.sqnr, 6);
        expect(
          of(
            x,
            y.map((v) => v * unit),
          ).cosine,
        ).toBeCloseTo(one.cosine, 9);
        expect(Math.abs(one.cosine)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('is 20 dB where the error is a tenth of everything', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (x) => {
        expect(
          of(
            x,
            x.map((v) => 0.9 * v),
          ).sqnr,
        ).toBeCloseTo(20, 9);
      }),
    );
  });

  it('refuses tensors of unlike sizes', () => {
    expect(() => of([1, 2], [1])).toThrow('2 values are compared with 1.');
  });
});
