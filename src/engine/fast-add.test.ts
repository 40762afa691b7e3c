import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../core/rounding';
import { findFastAdd } from './fast-add';
import { dequantization } from '../int8/requantize';

const f32 = Math.fround;
const operand = (scale: number, zeroPoint: number, max = 127) => ({ ...dequantization({ scale, zeroPoint }), max });
const scale = fc.double({ min: 0.001, max: 0.2, noNaN: true }).map(f32);
const zeroPoint = fc.integer({ min: 0, max: 127 });

/** PyTorch's add of two codes, relative to the output's zero point. */
function torchAdd(codes: readonly number[], operands: readonly ReturnType<typeof operand>[], inverse: number): number {
  const [x, y] = operands.map(({ scale, bias }, i) => f32(codes[i] * scale + bias));
  return f32(f32(x + y) * inverse);
}

describe('the add in float32', () => {
  it('gives the code of every pair, where there are constants at all', () => {
    const outcomes = { found: 0, none: 0 };
    fc.assert(
      fc.property(scale, scale, scale, zeroPoint, zeroPoint, (sa, sb, sy, za, zb) => {
        const operands = [operand(sa, za), operand(sb, zb)];
        const [low, high] = [-30, 97];
        const inverseScale = f32(1 / sy);
        const fast = findFastAdd({ operands, inverseScale, low, high });
        outcomes[fast ? 'found' : 'none']++;
        if (!fast) return;
        const [fa, fb] = fast.factors;
        for (let a = 0; a <= 127; a++)
          for (let b = 0; b <= 127; b++) {
            const real = f32(f32(f32(a * fa) + f32(b * fb)) + fast.offset);
            const clamped = (value: number) => roundHalfEven(Math.min(Math.max(value, low), high));
            if (clamped(real) !== clamped(torchAdd([a, b], operands, inverseScale))) expect.fail(`${a} + ${b}`);
          }
      }),
      { numRuns: 100 },
    );
    expect(outcomes.found).toBeGreaterThan(80);
  });

  it('keeps exact ties, and has no constants where the sum is not a number', () => {
    const operands = [operand(0.5, 0), operand(0.5, 0)];
    const ties = findFastAdd({ operands, inverseScale: 1, low: 0, high: 127 });
    // Exact in float32 all the way: no nudge is needed.
    expect(ties).toEqual({ factors: [0.5, 0.5], offset: 0 });
    const broken = findFastAdd({ operands, inverseScale: Infinity, low: 0, high: 127 });
    expect(broken).toBeUndefined();
  });
});
