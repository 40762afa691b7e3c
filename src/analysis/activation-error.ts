// What quantizing an activation costs, from the one histogram that a calibration keeps: rounding apart from clipping.
// Not for choosing a range that costs less (src/quant/ranges), nor for what a whole layer adds: src/lab/layers.ts.
import type { QParams } from '../core/qparams';
import { clamp, unclampedCode } from '../quant/fake-quant';
import type { Histogram } from '../quant/histogram';
import { reachOf } from '../quant/qparams';
import { SquaredError } from '../quant/ranges/squared-error';

/** Means over all values, of squares in the square of their unit. */
export interface ActivationError {
  /** Of the values that are rounded to a code; about s^2 / 12 each. */
  readonly rounding: number;
  /** Of those that are clipped: beyond the outermost codes by more than half a step, where no gradient passes. */
  readonly clipping: number;
  /** Of all values, 0..1. */
  readonly clippedShare: number;
}

/**
 * E[(x - Q(x))^2] = rounding + clipping, the total as ranges/squared-error.ts has it. With v_0 and v_K the values of the
 * lowest and the highest code and p the density of the values, which count as evenly spread within their bin,
 *
 *     clipping = integral of p(x) (x - v_0)^2 below v_0 - s/2  +  integral of p(x) (x - v_K)^2 above v_K + s/2.
 *
 * @param histogram holds values, and its ends are finite
 */
export function activationError(histogram: Histogram, q: QParams): ActivationError {
  const { counts, min, max } = histogram;
  if (min === max) return errorOfOneValue(min, q);
  const half = q.scale / 2;
  const [lowest, highest] = reachOf(q);
  const width = (max - min) / counts.length;
  let [total, clipped, squares] = [0, 0, 0];
  for (let bin = 0; bin < counts.length; bin++) {
    total += counts[bin];
    const [from, to] = [min + bin * width, min + (bin + 1) * width];
    const density = counts[bin] / width;
    const [below, above] = [Math.min(to, lowest - half), Math.max(from, highest + half)];
    if (below > from) {
      clipped += density * (below - from);
      squares += density * squareIntegral(from - lowest, below - lowest);
    }
    if (above < to) {
      clipped += density * (to - above);
      squares += density * squareIntegral(above - highest, to - highest);
    }
  }
  const all = new SquaredError(histogram).of(q.scale, q.zeroPoint, q);
  return { rounding: Math.max(all - squares, 0) / total, clipping: squares / total, clippedShare: clipped / total };
}

/** Of x^2, from a to b. */
const squareIntegral = (a: number, b: number): number => (b ** 3 - a ** 3) / 3;

function errorOfOneValue(x: number, { scale, zeroPoint, qmin, qmax }: QParams): ActivationError {
  const code = unclampedCode(x, Math.fround(1 / scale), zeroPoint);
  const held = clamp(code, qmin, qmax);
  const square = (x - (held - zeroPoint) * scale) ** 2;
  return held === code
    ? { rounding: square, clipping: 0, clippedShare: 0 }
    : { rounding: 0, clipping: square, clippedShare: 1 };
}
