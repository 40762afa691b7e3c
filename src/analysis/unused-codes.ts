// Codes that a quantized tensor never has: what its range gives away. Not for which range wastes fewer: src/quant/ranges.
import type { PerChannelQParams, QParams } from '../core/qparams';
import { clamp } from '../quant/fake-quant';
import type { Histogram } from '../quant/histogram';

/**
 * Of an activation, rising. A code is used where a bin that holds values reaches into its cell, (k - z) s - s/2 to
 * (k - z) s + s/2, or beyond it for the outermost codes: what a single bin spans counts as used, whichever of it is.
 * @param histogram holds values, and its ends are finite
 */
export function unusedCodes({ counts, min, max }: Histogram, { scale, zeroPoint, qmin, qmax }: QParams): number[] {
  const used = new Uint8Array(qmax - qmin + 1);
  const width = (max - min) / counts.length;
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const [from, to] = [min + bin * width, min + (bin + 1) * width].map((end) => end / scale + zeroPoint);
    // An end on the border of two cells belongs to the one that holds the bin.
    const [first, last] =
      min === max ? [Math.round(from), Math.round(from)] : [Math.floor(from + 0.5), Math.ceil(to - 0.5)];
    used.fill(1, clamp(first, qmin, qmax) - qmin, clamp(last, qmin, qmax) - qmin + 1);
  });
  return unusedOf(used, qmin);
}

/** Of a weight: each channel's, rising. @param codes output channels first */
export function unusedWeightCodes(codes: Int8Array, { scales, qmin, qmax }: PerChannelQParams): number[][] {
  const size = codes.length / scales.length;
  return Array.from(scales, (_, c) => {
    const used = new Uint8Array(qmax - qmin + 1);
    for (const code of codes.subarray(c * size, (c + 1) * size)) used[code - qmin] = 1;
    return unusedOf(used, qmin);
  });
}

const unusedOf = (used: Uint8Array, qmin: number): number[] =>
  Array.from(used, (_, i) => qmin + i).filter((_, i) => !used[i]);
