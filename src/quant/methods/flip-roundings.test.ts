import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PerChannelQParams } from '../../core/qparams';
import { Rng } from '../../core/rng';
import { roundHalfEven } from '../../core/rounding';
import { quantizeWeight } from '../fake-quant';
import { flipRoundings } from './flip-roundings';

const quantizer = (channels: number, bits: number, scale = 1): PerChannelQParams => ({
  scales: new Float32Array(channels).fill(scale),
  zeroPoints: new Int32Array(channels),
  qmin: -(2 ** (bits - 1)),
  qmax: 2 ** (bits - 1) - 1,
});
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
/** Weights in steps of random size, the largest ones at the ends of the range or beyond. */
const weights = (n: number, seed: number, most: number) => {
  const rng = new Rng(seed);
  return Float32Array.from({ length: n }, () => (2 * rng.uniform() - 1) * most);
};
const anySeed = fc.integer({ min: 0, max: 1 << 30 });
/** Sums of single-precision errors may pass a bound by so much. */
const SLACK = 1e-4;

/** The rule, one channel at a time, with all that could be flipped sorted first. */
function spelledOut(weight: Float32Array, { scales, zeroPoints, qmin, qmax }: PerChannelQParams, taps: number) {
  const size = weight.length / scales.length;
  return Array.from(scales).flatMap((scale, c) => {
    const exact = Array.from(weight.subarray(c * size, (c + 1) * size), (v) => Math.fround(v * Math.fround(1 / scale)));
    const [low, high] = [qmin - zeroPoints[c], qmax - zeroPoints[c]];
    const steps = exact.map((v) => roundHalfEven(Math.min(Math.max(v, low), high)));
    const flippable = (i: number, side: number) =>
      exact[i] > low && exact[i] < high && (steps[i] - exact[i]) * side > 0;
    const kernels = Array.from({ length: size / taps }, (_, k) => Array.from({ length: taps }, (_, i) => k * taps + i));
    /** @returns by how much the sum changed */
    const flip = (kernel: readonly number[], side: number, most: number) => {
      const leaning = kernel
        .filter((i) => flippable(i, side))
        .sort((a, b) => (steps[b] - exact[b] - (steps[a] - exact[a])) * side || a - b);
      const chosen = leaning.slice(0, most);
      for (const i of chosen) steps[i] -= side;
      return -side * chosen.length;
    };
    const sums = kernels.map((kernel) => {
      const before = sum(kernel.map((i) => steps[i] - exact[i]));
      return before + flip(kernel, Math.sign(before), Math.ceil(Math.abs(before) - 0.5));
    });
    let total = sum(sums);
    const side = total > 0 ? 1 : -1;
    const order = kernels.map((_, k) => k).sort((a, b) => (sums[b] - sums[a]) * side || a - b);
    for (const k of order) if (total * side > 0.5 && sums[k] * side > 0) total += flip(kernels[k], side, 1);
    return steps.map((step) => step + zeroPoints[c]);
  });
}

describe('flipRoundings', () => {
  it('gives the codes of the rule as it is spelled out', () => {
    const anyBits = fc.integer({ min: 2, max: 8 });
    const shape = fc.tuple(fc.constantFrom(1, 4, 9, 25), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(anySeed, anyBits, shape, fc.constantFrom(1, 0.03, 7), (seed, bits, [taps, kernels], scale) => {
        const q = { ...quantizer(2, bits, scale), zeroPoints: Int32Array.of(0, 1) };
        const weight = weights(2 * kernels * taps, seed, 1.2 * 2 ** (bits - 1) * scale);
        expect(Array.from(flipRoundings(weight, q, taps))).toEqual(spelledOut(weight, q, taps));
      }),
    );
  });

  it('rounds up or down, within the range, at any width and scale', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 2, max: 8 }), fc.constantFrom(1, 0.03, 7), (seed, bits, scale) => {
        const q = quantizer(2, bits, scale);
        const weight = weights(2 * 6 * 9, seed, 1.2 * 2 ** (bits - 1) * scale);
        flipRoundings(weight, q, 9).forEach((code, i) => {
          const exact = Math.min(Math.max(weight[i] / scale, q.qmin), q.qmax);
          expect(Math.abs(code - exact)).toBeLessThan(1 + SLACK);
          expect(code).toBeGreaterThanOrEqual(q.qmin);
          expect(code).toBeLessThanOrEqual(q.qmax);
        });
      }),
    );
  });

  it('leaves errors of at most half a step in the sum of a channel, and, but for one flip, in that of each kernel', () => {
    fc.assert(
      fc.property(anySeed, fc.constantFrom(1, 9, 25), fc.integer({ min: 1, max: 40 }), (seed, taps, kernels) => {
        const size = kernels * taps;
        const weight = weights(3 * size, seed, 100);
        const codes = flipRoundings(weight, quantizer(3, 8), taps);
        const errors = Array.from(weight, (exact, i) => codes[i] - exact);
        for (let c = 0; c < 3; c++) {
          const channel = errors.slice(c * size, (c + 1) * size);
          expect(Math.abs(sum(channel))).toBeLessThanOrEqual(0.5 + SLACK);
          const sums = Array.from({ length: kernels }, (_, k) => sum(channel.slice(k * taps, (k + 1) * taps)));
          for (const kernel of sums) expect(Math.abs(kernel)).toBeLessThanOrEqual(1 + SLACK);
          const flipped = sums.filter((kernel) => Math.abs(kernel) > 0.5 + SLACK);
          expect(new Set(flipped.map(Math.sign)).size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('has the least squared error of all roundings of a kernel that balance it', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 1, max: 6 }), (seed, taps) => {
        const weight = weights(taps, seed, 10);
        const errorsOf = (codes: ArrayLike<number>) => Array.from(weight, (exact, i) => codes[i] - exact);
        const squares = (errors: readonly number[]) => sum(errors.map((error) => error ** 2));
        const found = errorsOf(flipRoundings(weight, quantizer(1, 8), taps));
        for (let mask = 0; mask < 2 ** taps; mask++) {
          const errors = errorsOf(Array.from(weight, (exact, i) => Math.floor(exact) + ((mask >> i) & 1)));
          if (Math.abs(sum(errors)) > 0.5 - SLACK) continue;
          expect(squares(found)).toBeLessThanOrEqual(squares(errors) + SLACK);
        }
      }),
    );
  });

  it('rounds to nearest where that is balanced already, also at ties', () => {
    const weight = Float32Array.of(0.5, 1.5, -0.25, 0.25, 2, -1, 0.125, -0.125, 0);
    const q = quantizer(1, 4);
    expect(flipRoundings(weight, q, 9)).toEqual(quantizeWeight(weight, q));
  });

  it('does what it can where the range ends', () => {
    // All errors are -0.4: two codes have to go up, and only the zeros can.
    const weight = Float32Array.of(0.4, 1.4, 0.4, 1.4);
    const q = { ...quantizer(1, 2), qmin: 0, qmax: 1 };
    expect(flipRoundings(weight, q, 4)).toEqual(Int8Array.of(1, 1, 1, 1));
  });

  it('takes codes around a zero point', () => {
    const weight = weights(5 * 9, 3, 6);
    const plain = flipRoundings(weight, quantizer(1, 8), 9);
    const shifted = flipRoundings(weight, { ...quantizer(1, 8), zeroPoints: Int32Array.of(20) }, 9);
    expect(shifted).toEqual(plain.map((code) => code + 20));
  });
});
