// HistogramObserver's own choice of a range, in torch 2.13's arithmetic. Its model of the error has 256 codes whatever qmin
// and qmax are: below 8 bits it is blind to how few there are. Not for ranges with the true number of codes: mse.ts.
import type { Histogram } from '../histogram';
import type { Range } from './range';

const f32 = Math.fround;
/** Codes of the error's model: 2^8 for quint8. */
const CODES = 256;
/** The share of all values by which the search moves an end of the range. */
const STEP = 1e-5;

/**
 * _non_linear_param_search: cuts the tails in steps of STEP, always on the side where the step frees more bins, for as long as the modelled
 * error falls (an approximate search for the least L2 error).
 */
export function pytorchRange(histogram: Histogram): Range {
  const { counts, min, max } = histogram;
  const bins = counts.length;
  const width = f32(f32(max - min) / bins);
  const cumulative = new Float32Array(bins);
  let total = 0;
  for (let i = 0; i < bins; i++) {
    total += counts[i];
    cumulative[i] = total;
  }
  total = f32(total);

  let [alpha, beta] = [0, 1];
  let [start, end] = [0, bins - 1];
  let least = Infinity;
  while (alpha < beta) {
    const [nextAlpha, nextBeta] = [alpha + STEP, beta - STEP];
    let [left, right] = [start, end];
    while (left < end && cumulative[left] < f32(nextAlpha * total)) left++;
    while (right > start && cumulative[right] > f32(nextBeta * total)) right--;

    let [nextStart, nextEnd] = [start, end];
    if (left - start > end - right) {
      nextStart = left;
      alpha = nextAlpha;
    } else {
      nextEnd = right;
      beta = nextBeta;
    }
    if (nextStart === start && nextEnd === end) continue;

    const error = quantizationError(histogram, nextStart, nextEnd);
    if (error > least) break;
    least = error;
    [start, end] = [nextStart, nextEnd];
  }
  return { min: f32(min + f32(width * start)), max: f32(min + f32(width * (end + 1))) };
}

/**
 * The squared error when bins first..last are spread over CODES codes and all others clipped to them: within a bin
 * values count as evenly spread, so that each code's share of it contributes density * (b^3 - a^3) / 3, a and b the
 * distances from the code's centre. float32 as PyTorch's, but for the final sum.
 */
function quantizationError(histogram: Histogram, first: number, last: number): number {
  const bins = histogram.counts.length;
  const exactWidth = (histogram.max - histogram.min) / bins;
  const exactCodeWidth = (exactWidth * (last - first + 1)) / CODES;
  if (exactCodeWidth === 0) return 0;
  const width = f32(exactWidth);
  const codeWidth = f32(exactCodeWidth);
  const half = f32(exactCodeWidth / 2);
  const codeOf = (x: number): number => Math.min(Math.max(Math.floor(x / codeWidth), 0), CODES - 1);
  const cubes = (a: number, b: number): number => f32(f32(f32(f32(b * b) * b) - f32(f32(a * a) * a)) / 3);
  const wholeCode = cubes(-half, half);

  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const begin = f32((bin - first) * width);
    const end = f32(begin + width);
    const [beginCode, endCode] = [codeOf(begin), codeOf(end)];
    const density = f32(histogram.counts[bin] / width);
    const beginCentre = f32((beginCode + 0.5) * codeWidth);
    const endCentre = f32(f32(endCode * codeWidth) + half);
    const atBegin = f32(density * cubes(f32(begin - beginCentre), half));
    const between = f32((endCode - beginCode - 1) * f32(density * wholeCode));
    const atEnd = f32(density * cubes(-half, f32(end - endCentre)));
    error += f32(f32(atBegin + between) + atEnd);
  }
  return error;
}
