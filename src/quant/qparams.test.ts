import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { ObservedRange } from '../core/qparams';
import { fakeQuantize } from './fake-quant';
import { channelQParams, qparamsFromRange, tensorQParams } from './qparams';
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
