// Against errors spelled out value by value, and against what range searches minimise.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QParams } from '../core/qparams';
import { fakeQuantize, passMask } from '../quant/fake-quant';
import { histc, type Histogram } from '../quant/histogram';
import { minMax } from '../quant/observers';
import { mseRange } from '../quant/ranges/mse';
import { SquaredError } from '../quant/ranges/squared-error';
import { tensorQParams } from '../quant/qparams';
import { activationError } from './activation-error';
import { anyQParams, falling } from './testing';

const EPS = 2 ** -23;
const histogramOf = (x: Float32Array, bins: number): Histogram => {
  const { min, max } = minMax(x, 1);
  return { counts: histc(x, bins, min[0], max[0]), min: min[0], max: max[0] };
};
/** Of the values themselves. */
function spelledOut(x: Float32Array, q: QParams) {
  const passes = passMask(x, q);
  const squares = fakeQuantize(x, q).map((value, i) => (value - x[i]) ** 2);
  const mean = (of: (square: number, i: number) => number) =>
    squares.reduce((sum, s, i) => sum + of(s, i), 0) / x.length;
  return {
    rounding: mean((square, i) => (passes[i] ? square : 0)),
    clipping: mean((square, i) => (passes[i] ? 0 : square)),
    clippedShare: mean((_, i) => (passes[i] ? 0 : 1)),
  };
}

describe('activationError', () => {
  it('is that of the values, as far as a histogram knows them', () => {
    fc.assert(
      fc.property(anyQParams, fc.integer({ min: 1, max: 1000 }), (q, seed) => {
        const x = falling(4000, seed);
        const found = activationError(histogramOf(x, 8192), q);
        const expected = spelledOut(x, q);
        const farthest = x.reduce((far, v) => Math.max(far, Math.abs(v)), 0);
        expect(Math.abs(found.clipping - expected.clipping)).toBeLessThan(2e-3 * farthest ** 2);
        expect(Math.abs(found.clippedShare - expected.clippedShare)).toBeLessThan(5e-3);
        expect(Math.abs(found.rounding - expected.rounding)).toBeLessThan(0.05 * q.scale ** 2 + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('comes apart into two that add to the total that range searches minimise', () => {
    fc.assert(
      fc.property(anyQParams, fc.integer({ min: 1, max: 1000 }), (q, seed) => {
        const x = falling(1000, seed);
        const histogram = histogramOf(x, 256);
        const { rounding, clipping, clippedShare } = activationError(histogram, q);
        const total = new SquaredError(histogram).of(q.scale, q.zeroPoint, q) / x.length;
        expect(rounding + clipping).toBeCloseTo(total, 9);
        for (const part of [rounding, clipping, clippedShare]) expect(part).toBeGreaterThanOrEqual(0);
        expect(clippedShare).toBeLessThanOrEqual(1);
        expect(clipping > 0).toBe(clippedShare > 0);
      }),
    );
  });

  it('has nothing clipped over the whole range, and gives up some for less rounding where bits are few', () => {
    const histogram = histogramOf(falling(20_000, 3), 2048);
    const { min, max } = histogram;
    const rule = { scheme: 'affine', qmin: 0, qmax: 7, eps: EPS } as const;
    const of = (range: { min: number; max: number }) =>
      activationError(
        histogram,
        tensorQParams({ min: Float32Array.of(range.min), max: Float32Array.of(range.max) }, rule),
      );
    const [whole, cut] = [of({ min, max }), of(mseRange(histogram, rule))];
    expect(whole.clippedShare).toBeLessThan(1e-3);
    expect(cut.clipping).toBeGreaterThan(whole.clipping);
    expect(cut.rounding).toBeLessThan(whole.rounding);
    expect(cut.rounding + cut.clipping).toBeLessThan(whole.rounding + whole.clipping);
  });

  it('knows a tensor of one value', () => {
    const one = (value: number) => ({ counts: Float32Array.of(0, 9, 0), min: value, max: value });
    const q = { scale: 0.5, zeroPoint: 1, qmin: 0, qmax: 3 };
    expect(activationError(one(0.75), q)).toEqual({ rounding: 0.0625, clipping: 0, clippedShare: 0 });
    expect(activationError(one(3), q)).toEqual({ rounding: 0, clipping: 4, clippedShare: 1 });
  });
});
