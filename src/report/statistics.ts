// Medians, percentiles and the latency loop every engine is timed with. Not for deciding what is fast: see bench/.
import type { LatencyStats } from './types';

/**
 * Percentile by linear interpolation between closest ranks (NumPy's default).
 * @param values at least one number, any order
 * @param share 0..1
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low);
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Mean of at least two values, and their standard deviation as a sample has it (n - 1). */
export function meanAndDeviation(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Of the normal distribution, for intervals that hold in 95 of 100 cases. */
const Z = 1.959964;

/** Wilson's 95 % interval of a share (E. B. Wilson, 1927). @param right of `images`, at least one */
export function wilson(right: number, images: number): readonly [low: number, high: number] {
  const share = right / images;
  const square = Z ** 2 / images;
  const centre = (share + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((share * (1 - share)) / images + square / (4 * images));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/**
 * How much more often a is right than b on the same images, and Agresti and Min's 95 % interval of it (Statistics in
 * Medicine 24, 2005): Wald's for matched pairs with half an image added to each of the four outcomes. What both get right
 * or both wrong says nothing of their difference, so it is narrower than two intervals taken apart.
 * @param a predicted classes, as b and labels one for each image, at least one
 */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>, labels: ArrayLike<number>): Difference {
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [hitA, hitB] = [a[i] === labels[i], b[i] === labels[i]];
    if (hitA && !hitB) onlyA++;
    if (hitB && !hitA) onlyB++;
  }
  const images = labels.length;
  const [p, q, n] = [onlyA + 0.5, onlyB + 0.5, images + 2];
  const centre = (p - q) / n;
  const half = (Z * Math.sqrt(p + q - (p - q) ** 2 / n)) / n;
  return { difference: (onlyA - onlyB) / images, low: Math.max(-1, centre - half), high: Math.min(1, centre + half) };
}

/** Of two accuracies, as shares. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Share of calls run before timing starts, at least 10 calls. */
const WARM_UP_SHARE = 0.2;

/**
 * Times `run(i)` at batch 1: warm-ups first, then `samples` calls, each timed alone.
 * @param run called with the sample's number; a promise is awaited inside the timed span
 * @param about what is timed and with how many threads
 */
export async function measureLatency(
  run: (sample: number) => unknown,
  samples: number,
  about: Pick<LatencyStats, 'threads' | 'what'>,
): Promise<LatencyStats> {
  const timed = async (sample: number): Promise<number> => {
    const start = performance.now();
    const result = run(sample);
    if (result instanceof Promise) await result;
    return performance.now() - start;
  };
  for (let i = 0; i < Math.max(10, samples * WARM_UP_SHARE); i++) await timed(i);
  const times: number[] = [];
  for (let i = 0; i < samples; i++) times.push(await timed(i));
  return { ...about, samples, median_ms: median(times), p95_ms: percentile(times, 0.95) };
}
