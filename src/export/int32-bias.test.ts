// What other runtimes compute from an int32 bias, against the float32 one, over scales of every size; and the refusal.
// In the runtimes themselves: int8.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Int8Linear } from '../int8/int8-model';
import type { PlaygroundError } from '../core/errors';
import { withInt32Bias } from './int32-bias';

const TERMS = 6;
const INT32 = 2 ** 31;

/** A layer of one channel behind one that never matters. */
function layerOf(weights: readonly number[], scale: number, bias: number): Int8Linear {
  return {
    ...{ op: 'linear', name: 'layer1.fc', inputs: [0], output: 1 },
    weights: Int8Array.from([...weights.map(() => 1), ...weights]),
    weightBits: 8,
    weightScales: Float32Array.of(0.01, scale),
    bias: Float32Array.of(0.5, bias),
  };
}
const q = (scale: number, zeroPoint: number) => ({ scale: Math.fround(scale), zeroPoint, qmin: 0, qmax: 127 });

describe('a bias in 32-bit integers', () => {
  const scale = (from: number) => fc.integer({ min: 10 * from, max: 0 }).map((e) => 2 ** (e / 10));
  const cases = fc.record({
    weights: fc.oneof(
      fc.array(fc.integer({ min: -128, max: 127 }), { minLength: TERMS, maxLength: TERMS }),
      fc.constant(Array<number>(TERMS).fill(0)),
    ),
    codes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: TERMS, maxLength: TERMS }),
    zeroPoint: fc.integer({ min: 0, max: 127 }),
    input: scale(-23),
    weight: scale(-23),
    output: scale(-4),
    /** In steps of the output. */
    bias: fc.double({ min: -500, max: 500, noNaN: true }),
  });

  it('gives the output of the float bias within a step, and sums within 32 bits, or is refused', () => {
    let [kept, coarser, refused] = [0, 0, 0];
    fc.assert(
      fc.property(cases, ({ weights, codes, zeroPoint, input, weight, output, bias }) => {
        const layer = layerOf(weights, weight, bias * output);
        const [from, to] = [q(input, zeroPoint), q(output, 60)];
        let made;
        try {
          made = withInt32Bias(layer, from, to);
        } catch (error) {
          expect((error as PlaygroundError).code).toBe('unsupported');
          refused++;
          return;
        }
        const sum = (of: ArrayLike<number>) => codes.reduce((s, code, i) => s + (code - zeroPoint) * of[TERMS + i], 0);
        const total = sum(made.weights) + made.bias[1];
        expect(Math.abs(total)).toBeLessThan(INT32);
        const real = sum(layer.weights) * layer.weightScales[1] * from.scale + layer.bias[1];
        // A quarter of a step by coarser weights, half a unit of the bias, float32.
        const unit = made.biasScales[1];
        expect((made.weightScales[1] * from.scale) / unit).toBeCloseTo(1, 6);
        expect(Math.abs(total * unit - real)).toBeLessThan(to.scale / 4 + unit / 2 + 1e-5 * Math.abs(layer.bias[1]));
        expect(made.weights.subarray(0, TERMS)).toEqual(layer.weights.subarray(0, TERMS));
        expect(made.weightScales[0]).toBe(layer.weightScales[0]);
        if (made.weightScales[1] === layer.weightScales[1]) {
          kept++;
          expect(made.weights).toEqual(layer.weights);
        } else coarser++;
      }),
      { numRuns: 2000, seed: 1 },
    );
    // Of this seed: the cases reach both.
    expect(kept).toBeGreaterThan(100);
    expect(coarser).toBeGreaterThan(50);
    expect(refused).toBe(0);
  });

  it('keeps weights exactly that a larger scale can hold', () => {
    const [from, to] = [q(2 ** -13, 0), q(2 ** -10, 60)];
    // 2^33 units: two bits too many, and one for the sums.
    const layer = layerOf([-128, 64, 8, 0, 24, 120], 2 ** -20, 1);
    const { weights, weightScales, bias } = withInt32Bias(layer, from, to);
    expect([...weights.subarray(TERMS)]).toEqual([-16, 8, 1, 0, 3, 15]);
    expect(weightScales[1]).toBe(2 ** -17);
    expect(bias[1]).toBe(2 ** 30);
  });

  it('is rounded to finer units where weights of few bits leave room for them', () => {
    const [from, to] = [q(2 ** -5, 20), q(2 ** -4, 60)];
    const layer = { ...layerOf([-8, 7, 1, 0, -3, 5], 2 ** -6, 1.3 * 2 ** -11), weightBits: 4 };
    const { weights, weightScales, bias, biasScales } = withInt32Bias(layer, from, to);
    expect([...weights.subarray(TERMS)]).toEqual([-128, 112, 16, 0, -48, 80]);
    expect(weightScales[1]).toBe(2 ** -10);
    expect(biasScales[1]).toBe(2 ** -15);
    expect(bias[1]).toBe(21);
    expect(withInt32Bias(layer, from, to, 4)).toMatchObject({
      weights: layer.weights,
      weightScales: layer.weightScales,
    });
    expect(withInt32Bias(layer, from, to, 4).bias[1]).toBe(1);
    // 2 * 255 * 64 is within 16 bits, with 128 it is not.
    expect(Math.min(...withInt32Bias(layer, { ...from, qmax: 255 }, to).weights)).toBe(-64);
  });

  it('that leaves the weights no room is refused, by layer and channel', () => {
    const layer = layerOf([1, 100, -100, 3, 5, 7], 0.01, 1e9);
    expect(() => withInt32Bias(layer, q(0.01, 0), q(0.05, 60))).toThrow(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('layer1.fc, channel 1') }),
    );
  });
});
