// The range that leaves out a fixed share of the values, half of it at each end, as ONNX Runtime's percentile calibration.
// It knows nothing of codes. Not for ranges that weigh rounding against clipping: mse.ts, entropy.ts.
import type { Histogram } from '../histogram';
import type { Range } from './range';

/** What is kept: 99.99 %. */
const SHARE = 0.9999;

/** From the start of the bin where the first share ends to the end of the one where the last begins. */
export function percentileRange({ counts, min, max }: Histogram): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = (total * (1 - SHARE)) / 2;
  const width = (max - min) / counts.length;
  let [first, last] = [0, counts.length - 1];
  for (let below = counts[first]; below <= cut && first < last; below += counts[first]) first++;
  for (let above = counts[last]; above <= cut && last > first; above += counts[last]) last--;
  return { min: min + first * width, max: min + (last + 1) * width };
}
