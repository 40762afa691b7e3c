// Ranges of weights by least squared error, a channel at a time, from the weights themselves.
// Not for all that a weight has: its extremes are minMax's (observers.ts).
import type { ObservedRange } from '../../core/qparams';
import type { QuantRule } from '../types';
import { mseRange } from './mse';

/** 'minmax': all of the weight, as PyTorch has it. 'mse': least squared error for the true number of codes. */
export type WeightRanges = 'minmax' | 'mse';

/** Of a channel's histogram; codes closer than two of these bins count by the integral of their error. */
const BINS = 128;
/** Of a larger channel about so many values are counted, or half as many: the form of a distribution needs no more. */
const COUNTED = 1024;

/**
 * @param weight channels on axis 0, as many as the range has
 * @param extremes of each channel: see minMax
 */
export function mseWeightRange(weight: Float32Array, extremes: ObservedRange, rule: QuantRule): ObservedRange {
  const channels = extremes.min.length;
  const size = weight.length / channels;
  const stride = strideThrough(size);
  const [mins, maxs] = [extremes.min.slice(), extremes.max.slice()];
  const counts = new Float32Array(BINS);
  for (let c = 0; c < channels; c++) {
    const [min, max] = [extremes.min[c], extremes.max[c]];
    if (!Number.isFinite(max - min) || min === max) continue;
    count(weight, c * size, (c + 1) * size, stride, min, BINS / (max - min), counts);
    const range = mseRange({ counts, min, max }, rule);
    [mins[c], maxs[c]] = [range.min, range.max];
  }
  return { min: mins, max: maxs };
}

/** Every stride-th weight from start to before end. */
function count(
  weight: Float32Array,
  start: number,
  end: number,
  stride: number,
  min: number,
  perUnit: number,
  counts: Float32Array,
): void {
  counts.fill(0);
  for (let i = start; i < end; i += stride) {
    const bin = ((weight[i] - min) * perUnit) | 0;
    counts[bin < BINS ? bin : BINS - 1]++;
  }
}

/** Prime to the size, so that no tap and no input channel is left out where others are counted. */
function strideThrough(size: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let stride = Math.max(1, Math.floor(size / COUNTED));
  while (gcd(size, stride) !== 1) stride++;
  return stride;
}
