// The range after which the codes tell most of the distribution: least Kullback-Leibler divergence, as TensorRT's and ONNX
// Runtime's calibration have it, for the true number of codes. Not for zero points: it merges bins, wherever 0 lies.
import type { Histogram } from '../histogram';
import type { QuantRule } from '../types';
import type { Range } from './range';

/** Thresholds that are tried, evenly spread up to the farthest value. */
const CANDIDATES = 128;
/** What an empty code counts as where values were clipped to it. */
const EMPTY = 1e-4;

/**
 * Of the ranges [-t, t], cut off at the observed ends, that whose distribution P (values outside counted in the outermost
 * bins) is least far from Q, which spreads what each code holds over those of its bins that are not empty.
 */
export function entropyRange(histogram: Histogram, { qmin, qmax }: Pick<QuantRule, 'qmin' | 'qmax'>): Range {
  const { counts, min, max } = histogram;
  const bins = counts.length;
  const codes = qmax - qmin + 1;
  const width = (max - min) / bins;
  const divergence = divergenceOf(withoutZeros(histogram), codes);
  let best: Range = { min, max };
  let least = Infinity;
  for (let i = CANDIDATES; i > 0; i--) {
    const t = (Math.max(-min, max) * i) / CANDIDATES;
    const first = Math.max(0, Math.round((-t - min) / width));
    const end = Math.min(bins, Math.round((t - min) / width));
    if (end - first < codes) continue;
    const distance = divergence(first, end);
    if (distance < least) {
      least = distance;
      best = { min: min + first * width, max: min + end * width };
    }
  }
  return best;
}

/**
 * Zero is a code of its own at any scale, and after a ReLU half of all values: its bin counts as much as the one above it,
 * as in TensorRT, or the best range were the one that has that bin to itself.
 */
function withoutZeros({ counts, min, max }: Histogram): Float32Array {
  const bins = counts.length;
  const zero = Math.floor((-min * bins) / (max - min));
  return counts.map((n, i) => (i === zero ? Math.min(n, counts[Math.min(i + 1, bins - 1)]) : n));
}

/** KL(P || Q) of the bins first..end-1 merged to `codes`, from sums kept for each bin: one look for each code. */
function divergenceOf(counts: Float32Array, codes: number): (first: number, end: number) => number {
  const bins = counts.length;
  const [mass, filled, logs] = [1, 2, 3].map(() => new Float64Array(bins + 1));
  counts.forEach((n, i) => {
    mass[i + 1] = mass[i] + n;
    filled[i + 1] = filled[i] + (n > 0 ? 1 : 0);
    logs[i + 1] = logs[i] + xlogx(n);
  });
  const total = mass[bins];

  return (first, end) => {
    const inside = mass[end] - mass[first];
    let sum = logs[end] - logs[first];
    for (let k = 0; k < codes; k++) {
      const from = first + Math.floor((k * (end - first)) / codes);
      const to = first + Math.floor(((k + 1) * (end - first)) / codes);
      const q = mass[to] - mass[from];
      // The outermost bins have more in P than in the histogram.
      const outermost = k === 0 ? first : end - 1;
      const clipped = k === 0 ? mass[first] : k === codes - 1 ? total - mass[end] : 0;
      const n = filled[to] - filled[from] + (clipped > 0 && counts[outermost] === 0 ? 1 : 0);
      if (clipped > 0) sum += xlogx(counts[outermost] + clipped) - xlogx(counts[outermost]);
      if (n > 0) sum -= (q + clipped) * Math.log(Math.max(q, EMPTY) / n);
    }
    return sum / total - Math.log(total) + Math.log(Math.max(inside, EMPTY));
  };
}

const xlogx = (x: number): number => (x > 0 ? x * Math.log(x) : 0);
