// Histograms of torch.histc's and torch.linspace's float32 arithmetic, and their transfer to a wider range.
// Used by histogram-observer.ts; not for drawing.

const f32 = Math.fround;
/** Each bin is split into this many before it is moved to other bins. */
const UPSAMPLE = 16;

/** Counts of `bins` equal bins over [min, max], both NaN once a NaN was seen. */
export interface Histogram {
  readonly counts: Float32Array;
  readonly min: number;
  readonly max: number;
}

/** torch.histc: counts of the values in [min, max], max belonging to the last bin; min = max is widened by 1 each way. */
export function histc(x: Float32Array, bins: number, min: number, max: number): Float32Array {
  const [low, high] = min === max ? [f32(min - 1), f32(max + 1)] : [min, max];
  const span = f32(high - low);
  const counts = new Float32Array(bins);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (!(value >= low && value <= high)) continue;
    const bin = Math.trunc(f32(f32(f32(value - low) * bins) / span));
    counts[Math.min(bin, bins - 1)]++;
  }
  return counts;
}

/**
 * torch.linspace in float32: n values, the first half counted from start, the second from end, each by a multiply-add
 * that PyTorch's compiler fuses. Here the product is exact, but the sum is rounded twice, to double and to float32: it
 * differs from a fused one, by a last bit, only where the first rounding lands on a tie of the second.
 */
export function linspace(start: number, end: number, n: number): Float32Array {
  const step = f32(f32(end - start) / (n - 1));
  const half = Math.floor(n / 2);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = i < half ? start + step * i : end - step * (n - 1 - i);
  return values;
}

/** The histogram's mass in the bins of a range that holds its own; a range of one value keeps all in one bin. */
export function rescale(histogram: Histogram, min: number, max: number): Float32Array {
  const { counts } = histogram;
  const bins = counts.length;
  if (histogram.min === histogram.max) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return histc(Float32Array.of(histogram.min), bins, min, max).map((count) => count * total);
  }
  const half = f32(0.5 * f32(f32(histogram.max - histogram.min) / (bins * UPSAMPLE)));
  const starts = linspace(histogram.min, histogram.max, bins * UPSAMPLE + 1);
  const boundaries = linspace(min, max, bins + 1);
  const moved = new Float32Array(bins);
  // Both rise, so the last boundary at or below the middle of a part only ever moves up.
  let bin = -1;
  for (let from = 0; from < bins; from++) {
    const share = counts[from] / UPSAMPLE;
    for (let i = from * UPSAMPLE; i < (from + 1) * UPSAMPLE; i++) {
      const middle = f32(starts[i] + half);
      while (bin < bins && boundaries[bin + 1] <= middle) bin++;
      moved[Math.min(Math.max(bin, 0), bins - 1)] += share;
    }
  }
  return moved;
}
