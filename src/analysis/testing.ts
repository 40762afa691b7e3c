// Tensors and qparams for this room's tests. Not for the product.
import fc from 'fast-check';
import type { QParams } from '../core/qparams';
import { Rng } from '../core/rng';

/** Values that fall off from 0, twice as far above it. */
export function falling(n: number, seed: number): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length: n }, () => {
    const far = -Math.log(1 - rng.uniform());
    return rng.uniform() < 0.5 ? -far : 2 * far;
  });
}

/** Any codes of 2..8 bits, clipping much of `falling` or leaving most codes unused. */
export const anyQParams: fc.Arbitrary<QParams> = fc
  .record({
    bits: fc.integer({ min: 2, max: 8 }),
    reach: fc.double({ min: 0.5, max: 40, noNaN: true }),
    zero: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ bits, reach, zero }) => {
    const qmax = 2 ** bits - 1;
    return { scale: Math.fround(reach / qmax), zeroPoint: Math.round(zero * qmax), qmin: 0, qmax };
  });
