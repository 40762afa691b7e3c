// The range with the least squared error for the true number of codes (L2, MSE), found on a grid that is refined.
// Not for the error itself: squared-error.ts.
import type { Histogram } from '../histogram';
import { scaleAndZeroPoint } from '../qparams';
import type { QuantRule } from '../types';
import type { Range } from './range';
import { SquaredError } from './squared-error';

/** Ranges are tried at this many parts of the widest one, */
const GRID = 16;
/** and then this many times in steps a quarter as long, up to STEPS on either side of the best. */
const REFINEMENTS = 2;
const STEPS = 3;

/**
 * The observed range with both ends shrunk alike: apart they would have a smaller error, yet the network is worse for it,
 * since few codes then leave one sign out. Symmetric: from beyond the observed end, so far that the highest code holds it,
 * which lies a step short of the range's end.
 * @param histogram holds values, and its ends are finite
 */
export function mseRange(histogram: Histogram, rule: QuantRule): Range {
  const { min, max } = histogram;
  if (min === max) return { min, max };
  const error = new SquaredError(histogram);
  const { qmin, qmax, scheme } = rule;
  const widest = scheme === 'symmetric' ? Math.max((qmax - qmin) / 2 / qmax, 1) : 1;
  const range = (part: number): Range => ({ min: min * part * widest, max: max * part * widest });
  const part = least((part) => {
    const { scale, zeroPoint } = scaleAndZeroPoint(min * part * widest, max * part * widest, rule);
    return error.of(scale, zeroPoint, rule);
  });
  return range(part);
}

/** Of 0..1, where the error is least, to within 1 / (GRID * 4^REFINEMENTS) of the best of the grid. */
function least(errorOf: (part: number) => number): number {
  let best = 1;
  let smallest = errorOf(1);
  const attempt = (part: number) => {
    const error = errorOf(part);
    if (error < smallest) [smallest, best] = [error, part];
  };
  for (let i = 1; i < GRID; i++) attempt(i / GRID);
  for (let step = 1 / GRID / 4, i = 0; i < REFINEMENTS; step /= 4, i++) {
    const middle = best;
    for (let k = -STEPS; k <= STEPS; k++) if (k !== 0 && middle + k * step <= 1) attempt(middle + k * step);
  }
  return best;
}
