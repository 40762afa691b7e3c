// torch 2.13's HistogramObserver: a running histogram, and the range whose modelled quantization error is least.
// Per tensor only. Its model of the error has 256 codes whatever qmin and qmax are, as PyTorch's has.
import type { ObservedRange } from '../core/qparams';
import { histc, rescale, type Histogram } from './histogram';
import type { Observer } from './types';

const f32 = Math.fround;
/** Of every histogram, as in PyTorch. */
export const BINS = 2048;
/** Codes of the error's model: 2^8 for quint8. */
const CODES = 256;
/** The share of all values by which the search moves an end of the range. */
const STEP = 1e-5;

export class HistogramObserver implements Observer {
  #histogram: Histogram | undefined;

  /** @param histogram of an earlier observer, to go on from */
  constructor(histogram?: Histogram) {
    this.#histogram = histogram;
  }

  /** Infinite values are left out, as PyTorch leaves them out; a NaN makes the range NaN for good. */
  observe(x: Float32Array): void {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      if (Math.abs(x[i]) === Infinity) continue;
      low = Math.min(low, x[i]);
      high = Math.max(high, x[i]);
    }
    if (low > high) return;
    const known = this.#histogram;
    const min = known ? Math.min(known.min, low) : low;
    const max = known ? Math.max(known.max, high) : high;
    const counts = histc(x, BINS, min, max);
    if (known) {
      const before = known.min === min && known.max === max ? known.counts : rescale(known, min, max);
      for (let i = 0; i < BINS; i++) counts[i] += before[i];
    }
    this.#histogram = { counts, min, max };
  }

  /** The running histogram; undefined when nothing was observed yet. */
  get histogram(): Histogram | undefined {
    return this.#histogram;
  }

  range(): ObservedRange | undefined {
    const histogram = this.#histogram;
    if (!histogram) return undefined;
    const { min, max } = Number.isNaN(histogram.min) ? histogram : searchRange(histogram);
    return { min: Float32Array.of(min), max: Float32Array.of(max) };
  }
}

/**
 * Cuts the tails in steps of STEP, always on the side where the step frees more bins, for as long as the modelled
 * error falls (an approximate search for the least L2 error).
 */
function searchRange(histogram: Histogram): { min: number; max: number } {
  const { counts, min, max } = histogram;
  const width = f32(f32(max - min) / BINS);
  const cumulative = new Float32Array(BINS);
  let total = 0;
  for (let i = 0; i < BINS; i++) {
    total += counts[i];
    cumulative[i] = total;
  }
  total = f32(total);

  let [alpha, beta] = [0, 1];
  let [start, end] = [0, BINS - 1];
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
  const exactWidth = (histogram.max - histogram.min) / BINS;
  const exactCodeWidth = (exactWidth * (last - first + 1)) / CODES;
  if (exactCodeWidth === 0) return 0;
  const width = f32(exactWidth);
  const codeWidth = f32(exactCodeWidth);
  const half = f32(exactCodeWidth / 2);
  const codeOf = (x: number): number => Math.min(Math.max(Math.floor(x / codeWidth), 0), CODES - 1);
  const cubes = (a: number, b: number): number => f32(f32(f32(f32(b * b) * b) - f32(f32(a * a) * a)) / 3);
  const wholeCode = cubes(-half, half);

  let error = 0;
  for (let bin = 0; bin < BINS; bin++) {
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
