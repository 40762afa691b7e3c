// Against what each choice of a range means, spelled out value by value. PyTorch's own: tests/golden/observers.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng';
import type { Histogram } from '../histogram';
import { histc } from '../histogram';
import { minMax } from '../observers';
import { scaleAndZeroPoint } from '../qparams';
import type { QuantRule } from '../types';
import { entropyRange } from './entropy';
import { mseRange } from './mse';
import { percentileRange } from './percentile';
import { SquaredError } from './squared-error';
import { activationRange, type ActivationRanges } from './table';
import { mseWeightRange } from './weights';

const EPS = 2 ** -23;
const affine = (bits: number): QuantRule => ({ scheme: 'affine', qmin: 0, qmax: 2 ** bits - 1, eps: EPS });
const symmetric = (bits: number): QuantRule => ({
  ...{ scheme: 'symmetric', qmin: -(2 ** (bits - 1)), qmax: 2 ** (bits - 1) - 1, eps: EPS },
});
const anyBits = fc.integer({ min: 2, max: 8 });
const anyRule = fc.tuple(anyBits, fc.boolean()).map(([bits, signed]) => (signed ? symmetric(bits) : affine(bits)));

/** Of values that fall off from 0, twice as far above it, and with `relu` in half of which there is nothing else. */
function falling(n: number, seed: number, relu = false): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length: n }, () => {
    const far = -Math.log(1 - rng.uniform());
    return rng.uniform() < 0.5 ? (relu ? 0 : -far) : 2 * far;
  });
}
function histogramOf(x: Float32Array, bins = 2048): Histogram {
  const { min, max } = minMax(x, 1);
  return { counts: histc(x, bins, min[0], max[0]), min: min[0], max: max[0] };
}

/** The squared error of values spread over each bin, many of them between two codes. */
function spelledOut({ counts, min, max }: Histogram, scale: number, zeroPoint: number, { qmin, qmax }: QuantRule) {
  const width = (max - min) / counts.length;
  const parts = Math.max(64, Math.ceil((16 * width) / scale));
  let sum = 0;
  counts.forEach((count, bin) => {
    for (let i = 0; i < parts; i++) {
      const x = min + (bin + (i + 0.5) / parts) * width;
      const code = Math.min(Math.max(Math.round(x / scale) + zeroPoint, qmin), qmax);
      sum += (count / parts) * (x - (code - zeroPoint) * scale) ** 2;
    }
  });
  return sum;
}

describe('SquaredError', () => {
  it('is the sum over all values, clipped or not, by either formula', () => {
    const smallHistogram = fc.record({
      counts: fc.array(fc.nat(50), { minLength: 8, maxLength: 40 }).map((n) => Float32Array.from([...n, 1])),
      min: fc.double({ min: -3, max: 1, noNaN: true }),
      width: fc.double({ min: 0.5, max: 5, noNaN: true }),
    });
    const formulas = { close: 0, apart: 0 };
    fc.assert(
      fc.property(smallHistogram, anyRule, fc.double({ min: 0.1, max: 1.5, noNaN: true }), (h, rule, part) => {
        const histogram = { counts: h.counts, min: h.min, max: h.min + h.width };
        const { scale, zeroPoint } = scaleAndZeroPoint(part * histogram.min, part * histogram.max, rule);
        const isClose = scale <= (2 * h.width) / h.counts.length;
        formulas[isClose ? 'close' : 'apart']++;
        const exact = spelledOut(histogram, scale, zeroPoint, rule);
        const total = h.counts.reduce((sum, n) => sum + n, 0);
        // Where the ends of bins and codes do not meet, an integral of close codes is off by a part of s^2 / 12.
        const budget = isClose ? (total * scale ** 2) / 24 : total * (h.width / h.counts.length / 64) * scale;
        const found = new SquaredError(histogram).of(scale, zeroPoint, rule);
        expect(Math.abs(found - exact)).toBeLessThan(budget + 1e-9);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(...Object.values(formulas))).toBeGreaterThan(20);
  });

  it('is s^2 / 12 for each value where codes are close and nothing is clipped', () => {
    const histogram = { counts: new Float32Array(64).fill(3), min: -1, max: 1 };
    const scale = 1 / 127;
    expect(new SquaredError(histogram).of(scale, 0, symmetric(8)) / (64 * 3)).toBeCloseTo(scale ** 2 / 12, 8);
  });
});

describe('mseRange', () => {
  const error = (histogram: Histogram, { min, max }: { min: number; max: number }, rule: QuantRule) => {
    const { scale, zeroPoint } = scaleAndZeroPoint(min, max, rule);
    return spelledOut(histogram, scale, zeroPoint, rule);
  };

  it('shrinks the range to where the error is least, however many codes there are', () => {
    for (const relu of [false, true])
      for (const rule of [2, 3, 4, 8].flatMap((bits) => [affine(bits), symmetric(bits)])) {
        const histogram = histogramOf(falling(2000, 3, relu), 256);
        const found = error(histogram, mseRange(histogram, rule), rule);
        for (let part = 0.02; part <= 1; part += 0.02) {
          const range = { min: part * histogram.min, max: part * histogram.max };
          expect(found).toBeLessThanOrEqual(error(histogram, range, rule) * 1.01);
        }
      }
  });

  it('gives up more of the range the fewer codes there are', () => {
    const histogram = histogramOf(falling(20_000, 5));
    const ends = [8, 6, 4, 3, 2].map((bits) => mseRange(histogram, affine(bits)).max);
    ends.slice(1).forEach((end, i) => expect(end).toBeLessThan(ends[i]));
  });

  it('widens a symmetric range where its highest code, a step short of its end, has to hold the largest value', () => {
    // Two values, both of which codes can meet: -2 s and 1 s.
    const histogram = { counts: Float32Array.of(1, ...new Float32Array(98), 1), min: -1, max: 1 };
    const { max } = mseRange(histogram, symmetric(2));
    expect(max).toBeGreaterThan(1);
  });

  it('keeps a range of one value', () => {
    const histogram = { counts: Float32Array.of(0, 4, 0), min: 2, max: 2 };
    expect(mseRange(histogram, affine(4))).toEqual({ min: 2, max: 2 });
  });
});

describe('entropyRange', () => {
  /** As TensorRT's and ONNX Runtime's calibration spell it out: a distribution, merged and spread again. */
  function divergence(counts: readonly number[], first: number, end: number, codes: number): number {
    const sum = (values: readonly number[]) => values.reduce((total, n) => total + n, 0);
    const sliced = counts.slice(first, end);
    const p = [...sliced];
    p[0] += sum(counts.slice(0, first));
    p[p.length - 1] += sum(counts.slice(end));
    const q = p.map(() => 0);
    for (let k = 0; k < codes; k++) {
      const cell = p
        .map((_, i) => i)
        .slice(Math.floor((k * p.length) / codes), Math.floor(((k + 1) * p.length) / codes));
      const filled = cell.filter((i) => p[i] > 0);
      for (const i of filled) q[i] = Math.max(sum(cell.map((j) => sliced[j])), 1e-4) / filled.length;
    }
    const [allP, allQ] = [sum(p), sum(sliced)];
    return sum(p.map((n, i) => (n > 0 ? (n / allP) * Math.log(n / allP / (q[i] / allQ)) : 0)));
  }

  it('has the least divergence of all ranges that are tried', () => {
    for (const bits of [2, 3, 4, 6]) {
      for (const relu of [false, true]) {
        const histogram = histogramOf(falling(4000, bits, relu), 256);
        const { min, max } = histogram;
        const counts = [...histogram.counts];
        const zero = Math.floor((-min / (max - min)) * 256);
        counts[zero] = Math.min(counts[zero], counts[zero + 1]);
        const bin = (value: number) => Math.round(((value - min) / (max - min)) * 256);
        const of = (low: number, high: number) => divergence(counts, bin(low), bin(high), 2 ** bits);
        const range = entropyRange(histogram, affine(bits));
        for (let i = 128; i > 0; i--) {
          const t = (Math.max(-min, max) * i) / 128;
          const [low, high] = [Math.max(-t, min), Math.min(t, max)];
          if (bin(high) - bin(low) < 2 ** bits) continue;
          expect(of(range.min, range.max)).toBeLessThanOrEqual(of(low, high) + 1e-9);
        }
      }
    }
  });

  it('does not end at zero, however much of a tensor a ReLU made so', () => {
    const x = falling(20_000, 9, true);
    const range = entropyRange(histogramOf(x), affine(7));
    expect(x.filter((v) => v > range.max).length / x.length).toBeLessThan(0.02);
  });
});

describe('percentileRange', () => {
  it('leaves out a two-hundredth of a percent at each end, to within a bin', () => {
    const x = falling(110_000, 7);
    const { min, max } = percentileRange(histogramOf(x));
    const sorted = x.slice().sort();
    const bin = (sorted[sorted.length - 1] - sorted[0]) / 2048;
    expect(Math.abs(min - sorted[5])).toBeLessThanOrEqual(bin);
    expect(Math.abs(max - sorted[sorted.length - 6])).toBeLessThanOrEqual(bin);
  });
});

describe('activationRange', () => {
  const methods: ActivationRanges[] = ['histogram', 'minmax', 'mse', 'entropy', 'percentile'];

  it('is within what was seen, and 0 of a ReLU stays its lower end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), anyBits, fc.boolean(), (seed, bits, relu) => {
        const histogram = histogramOf(falling(500, seed, relu));
        for (const method of methods) {
          const { min, max } = activationRange(method, histogram, affine(bits));
          const width = (histogram.max - histogram.min) / 2048;
          expect(min[0]).toBeGreaterThanOrEqual(histogram.min);
          expect(max[0]).toBeLessThanOrEqual(histogram.max + width);
          expect(min[0]).toBeLessThan(max[0]);
          if (relu) expect(min[0]).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('of what held a NaN is NaN, by every method', () => {
    const histogram = { counts: new Float32Array(2048), min: NaN, max: NaN };
    for (const method of methods) {
      const { min, max } = activationRange(method, histogram, affine(8));
      expect([min[0], max[0]]).toEqual([NaN, NaN]);
    }
  });
});

describe('mseWeightRange', () => {
  it('takes each channel by itself, and leaves those alone of which there is nothing to search', () => {
    const channel = falling(4608, 11);
    const nothing = new Float32Array(4608);
    const spoilt = channel.slice();
    spoilt[17] = NaN;
    const far = channel.map((v) => v * 1000);
    const weight = Float32Array.from([...channel, ...nothing, ...spoilt, ...far]);
    const { min, max } = mseWeightRange(weight, minMax(weight, 4), symmetric(3));
    expect([min[1], max[1], min[2], max[2]]).toEqual([0, 0, NaN, NaN]);
    expect(max[3] / max[0]).toBeCloseTo(1000, 0);
  });

  it('gives what the search gave before its loops were made fast', () => {
    const weight = falling(3 * 1152, 21);
    const extremes = minMax(weight, 3);
    const before: [bits: number, symmetric: number[], affine: number[]][] = [
      [2, [5.0420623, 5.3406887, 4.6397228], [4.7834949, 6.1195393, 5.3330145]],
      [4, [9.0498552, 9.4177322, 8.685195], [9.0498552, 11.2376995, 10.5060387]],
      [6, [10.2905617, 12.9452476, 12.517962], [10.471975, 13.6855145, 13.0658855]],
      [8, [10.9458456, 14.130353, 13.5456467], [10.9460154, 14.1305723, 13.5458574]],
    ];
    for (const [bits, ...expected] of before)
      [symmetric(bits), affine(bits)].forEach((rule, i) =>
        mseWeightRange(weight, extremes, rule).max.forEach((end, c) => expect(end).toBeCloseTo(expected[i][c], 5)),
      );
  });

  it('counts some of a large channel, and comes close to what all of it says', () => {
    for (const size of [27, 576, 1152, 2304, 4608]) {
      const weight = falling(size, size);
      const rule = symmetric(4);
      const { max } = mseWeightRange(weight, minMax(weight, 1), rule);
      const all = histogramOf(weight, 2048);
      const error = (end: number) => {
        const { scale, zeroPoint } = scaleAndZeroPoint(-end, end, rule);
        return spelledOut(all, scale, zeroPoint, rule);
      };
      expect(error(max[0])).toBeLessThan(error(mseRange(all, rule).max) * 1.1);
    }
  });
});
