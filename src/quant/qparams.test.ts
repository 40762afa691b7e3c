import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { ObservedRange } from '../core/qparams';
import { fakeQuantize } from './fake-quant';
import { channelQParams, LARGEST_SCALE, qparamsFromRange, roundedUp, tensorQParams } from './qparams';
import { getDefaultQatQConfig } from './qconfigs';
import type { QuantRule } from './types';

const EPS = 2 ** -23;
const affine = { scheme: 'affine', qmin: 0, qmax: 127, eps: EPS } as const;
const symmetric = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: EPS } as const;
const range = (min: number, max: number): ObservedRange => ({ min: Float32Array.of(min), max: Float32Array.of(max) });
const anyRange = fc
  .tuple(fc.float({ min: -1000, max: 1000, noNaN: true }), fc.float({ min: -1000, max: 1000, noNaN: true }))
  .map(([a, b]) => range(Math.min(a, b), Math.max(a, b)));
const notFinite = [
  [NaN, NaN],
  [NaN, 1],
  [-1, NaN],
  [0, Infinity],
  [-Infinity, 0],
  [-Infinity, Infinity],
  [Infinity, 1],
  [-1, -Infinity],
] as const;
const anyBits = fc.integer({ min: 2, max: 8 });

describe('tensorQParams', () => {
  it('affine: zero is a code exactly, and the ends of the range are within one step of the last codes', () => {
    fc.assert(
      fc.property(anyRange, anyBits, (observed, bits) => {
        const rule = { ...affine, qmax: 2 ** bits - 1 };
        const q = tensorQParams(observed, rule);
        expect(q.scale).toBe(Math.fround(q.scale));
        expect(q.scale).toBeGreaterThanOrEqual(EPS);
        expect(q.zeroPoint).toBeGreaterThanOrEqual(rule.qmin);
        expect(q.zeroPoint).toBeLessThanOrEqual(rule.qmax);
        const ends = Float32Array.of(0, Math.min(observed.min[0], 0), Math.max(observed.max[0], 0));
        const back = fakeQuantize(ends, q);
        expect(back[0]).toBe(0);
        // Half a step of rounding the zero point and half a step of rounding the value.
        for (const i of [1, 2]) expect(Math.abs(back[i] - ends[i])).toBeLessThanOrEqual(q.scale * 1.001);
      }),
    );
  });

  it('symmetric: zero point 0 for signed codes, and -x is quantized as x but for the lowest code', () => {
    fc.assert(
      fc.property(anyRange, anyBits, (observed, bits) => {
        const rule = { ...symmetric, qmin: -(2 ** (bits - 1)), qmax: 2 ** (bits - 1) - 1 };
        const q = tensorQParams(observed, rule);
        expect(q.zeroPoint).toBe(0);
        expect(tensorQParams(range(-observed.max[0], -observed.min[0]), rule)).toEqual(q);
      }),
    );
  });

  it('divides by half the number of steps: 127.5 for int8', () => {
    expect(tensorQParams(range(-1, 255), symmetric).scale).toBe(2);
  });

  it('never falls below eps', () => {
    expect(tensorQParams(range(0, 0), affine)).toMatchObject({ scale: EPS, zeroPoint: 0 });
    expect(tensorQParams(range(-1e-12, 1e-12), symmetric).scale).toBe(EPS);
  });

  it('tells what was never observed from what is not finite', () => {
    const refusal = (min: number, max: number, rule: QuantRule) => {
      try {
        return tensorQParams(range(min, max), rule);
      } catch (error) {
        return [(error as PlaygroundError).code, (error as PlaygroundError).message];
      }
    };
    for (const rule of [affine, symmetric]) {
      expect(refusal(Infinity, -Infinity, rule)).toEqual([
        'bad-argument',
        'A tensor to be quantized was never observed.',
      ]);
      for (const [min, max] of notFinite)
        expect(refusal(min, max, rule)).toEqual(['diverged', `A tensor's range [${min}, ${max}] cannot be quantized.`]);
    }
    expect(refusal(-3e38, 3e38, affine)).toEqual(['diverged', expect.stringContaining('cannot be quantized')]);
  });

  it('symmetric: the zero point of unsigned codes is the lower middle, as FakeQuantize states its range', () => {
    const unsigned = (bits: number) => ({ ...symmetric, qmin: 0, qmax: 2 ** bits - 1 });
    const zeroPoints = [2, 3, 4, 5, 6, 7, 8].map((bits) => tensorQParams(range(-1, 2), unsigned(bits)).zeroPoint);
    expect(zeroPoints).toEqual([1, 3, 7, 15, 31, 63, 127]);
  });

  it('refuses a range of several channels', () => {
    expect(() => tensorQParams({ min: new Float32Array(2), max: new Float32Array(2) }, affine)).toThrow(RangeError);
  });
});

describe('powers of two', () => {
  const isPower = (scale: number) => Number.isInteger(Math.log2(scale));

  it('are the least that are not below, exactly, of every scale that quantizes', () => {
    const scales = fc.float({ min: Math.fround(EPS), max: Math.fround(LARGEST_SCALE), noNaN: true });
    fc.assert(
      fc.property(scales, (scale) => {
        const power = roundedUp(scale);
        expect(isPower(power)).toBe(true);
        expect(power >= scale && power / 2 < scale).toBe(true);
      }),
    );
    for (let exponent = -23; exponent <= 126; exponent++) {
      const power = 2 ** exponent;
      const [below, above] = [Math.fround(power * (1 - 2 ** -24)), Math.fround(power * (1 + 2 ** -23))];
      expect([below, power, above].map(roundedUp)).toEqual([power, power, 2 * power]);
    }
    for (const none of [0, -1, NaN]) expect(roundedUp(none)).toBe(none);
  });

  it('clip no value that is not clipped without them, and are found where the others are', () => {
    fc.assert(
      fc.property(anyRange, anyBits, fc.boolean(), (observed, bits, signed) => {
        const half = 2 ** (bits - 1);
        const rule = signed ? { ...symmetric, qmin: -half, qmax: half - 1 } : { ...affine, qmax: 2 * half - 1 };
        const [exact, q] = [tensorQParams(observed, rule), tensorQParams(observed, { ...rule, powerOfTwo: true })];
        expect(q.scale).toBe(roundedUp(exact.scale));
        const reach = ({ scale, zeroPoint, qmin, qmax }: typeof q) =>
          [qmin, qmax].map((code) => (code - zeroPoint) * scale);
        const [[low, high], [least, most]] = [reach(q), reach(exact)];
        // Half a step of the larger scale for its zero point.
        const slack = signed ? 0 : q.scale / 2 + exact.scale / 2;
        expect(low).toBeLessThanOrEqual(least + slack);
        expect(high).toBeGreaterThanOrEqual(most - slack);
      }),
    );
    const { zeroPoint } = tensorQParams(range(-1, 3), { ...affine, qmax: 15, powerOfTwo: true });
    // 4/15 becomes 1/2.
    expect(zeroPoint).toBe(2);
    for (const [min, max] of notFinite)
      expect(() => tensorQParams(range(min, max), { ...affine, powerOfTwo: true })).toThrow(PlaygroundError);
  });
});

describe('channelQParams', () => {
  it('gives each channel what it would have as a tensor', () => {
    fc.assert(
      fc.property(fc.array(anyRange, { minLength: 1, maxLength: 5 }), (ranges) => {
        const joined = {
          min: Float32Array.from(ranges, ({ min }) => min[0]),
          max: Float32Array.from(ranges, ({ max }) => max[0]),
        };
        for (const rule of [affine, symmetric]) {
          const { scales, zeroPoints } = channelQParams(joined, rule);
          const single = ranges.map((r) => tensorQParams(r, rule));
          expect([...scales]).toEqual(single.map(({ scale }) => scale));
          expect([...zeroPoints]).toEqual(single.map(({ zeroPoint }) => zeroPoint));
        }
      }),
    );
  });
});

describe('qparamsFromRange', () => {
  it('follows the granularity of the specification', () => {
    const { activation, weight } = getDefaultQatQConfig('fbgemm');
    expect(qparamsFromRange(range(-1, 1), activation)).toEqual(tensorQParams(range(-1, 1), activation));
    expect(qparamsFromRange(range(-1, 1), weight)).toEqual(channelQParams(range(-1, 1), weight));
  });
});
