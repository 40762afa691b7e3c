import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QParams } from '../core/qparams';
import { dequantize, fakeQuantize, passMask, quantizeActivation, quantizeWeight } from './fake-quant';

const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1e4, max: 1e4, maxLength: 20 });
const qparams: fc.Arbitrary<QParams> = fc.record({
  scale: fc.float({ min: Math.fround(1e-3), max: 10, noNaN: true }),
  zeroPoint: fc.integer({ min: 0, max: 127 }),
  qmin: fc.constant(0),
  qmax: fc.constant(127),
});

describe('fakeQuantize', () => {
  it('lands on codes of the range and leaves what lies on codes', () => {
    fc.assert(
      fc.property(values, qparams, (x, q) => {
        const once = fakeQuantize(x, q);
        for (const y of once) {
          const code = y / q.scale + q.zeroPoint;
          expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-4);
          expect(Math.round(code)).toBeGreaterThanOrEqual(q.qmin);
          expect(Math.round(code)).toBeLessThanOrEqual(q.qmax);
        }
        expect(fakeQuantize(once, q)).toEqual(once);
      }),
    );
  });

  it('errs by at most half a step where the mask passes, and clamps where it does not', () => {
    fc.assert(
      fc.property(values, qparams, (x, q) => {
        const y = fakeQuantize(x, q);
        const mask = passMask(x, q);
        const [low, high] = [q.qmin, q.qmax].map((code) => Math.fround((code - q.zeroPoint) * q.scale));
        x.forEach((v, i) => {
          if (mask[i]) expect(Math.abs(y[i] - v)).toBeLessThanOrEqual(q.scale * 0.5001 + Math.abs(v) * 1e-6);
          else expect(y[i]).toBe(v < 0 ? low : high);
        });
      }),
    );
  });

  it('passes the gradient up to the tie and not beyond', () => {
    const q = { scale: 1, zeroPoint: 0, qmin: 0, qmax: 255 };
    expect([...passMask(Float32Array.of(-0.5, -0.51, 255.49, 255.5, 256), q)]).toEqual([1, 0, 1, 0, 0]);
  });

  it('quantizes each channel by its own qparams', () => {
    const q = { scales: Float32Array.of(1, 0.25), zeroPoints: Int32Array.of(0, 2), qmin: 0, qmax: 7 };
    const x = Float32Array.of(1.4, 9, 1.2, -9);
    expect([...fakeQuantize(x, q)]).toEqual([1, 7, 1.25, -0.5]);
    expect([...passMask(x, q)]).toEqual([1, 0, 1, 0]);
  });
});

describe('codes', () => {
  it('weights dequantize to what fake-quant made of them', () => {
    const scales = Float32Array.of(0.5, 0.0123);
    const q = { scales, zeroPoints: new Int32Array(2), qmin: -8, qmax: 7 };
    const six = { noNaN: true, minLength: 6, maxLength: 6 };
    const near = fc.float32Array({ ...six, min: -9, max: 9 });
    const ties = near.map((x) => x.map((v) => Math.round(v) / 4));
    fc.assert(
      fc.property(fc.oneof(near, ties, fc.float32Array(six)), (x) => {
        const codes = quantizeWeight(x, q);
        // + 0: the product of a negative zero is one.
        expect(Float32Array.from(codes, (code, i) => code * scales[Math.floor(i / 3)] + 0)).toEqual(fakeQuantize(x, q));
      }),
    );
  });

  it('activations survive a round trip', () => {
    const codes = Uint8Array.from({ length: 128 }, (_, i) => i);
    fc.assert(
      fc.property(qparams, (q) => {
        expect(quantizeActivation(dequantize(codes, q), q)).toEqual(codes);
      }),
    );
  });

  it('activations round after the zero point is added: an odd one turns the tie', () => {
    const q = { scale: 1, zeroPoint: 1, qmin: 0, qmax: 127 };
    const x = Float32Array.of(0.5, 2.5);
    expect([...quantizeActivation(x, q)]).toEqual([2, 4]);
    expect([...dequantize(quantizeActivation(x, q), q)]).toEqual([1, 3]);
    expect([...fakeQuantize(x, q)]).toEqual([0, 2]);
  });
});
