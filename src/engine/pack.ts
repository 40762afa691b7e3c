// Weights as the kernels read them: blocks of 32 output channels; in a block rows of taps, in a row steps of 4 (or 2,
// as i16) input values, in a step 8 vectors of 4 channels by 4 (2) values. Also proves which i16 sums cannot overflow.
// Not for choosing a kernel: plan.ts.
import { BLOCK_CHANNELS } from './kernels';
import type { Interval } from './taps';

/** The live part of a convolution's weights. */
export interface WeightRegion {
  /** [cout][kernel][kernel][cin] */
  readonly weights: Int8Array;
  readonly cout: number;
  readonly kernel: number;
  readonly cin: number;
  /** Live taps; kx counts for whole rows. */
  readonly ky: Interval;
  readonly kx: Interval;
  /** Bytes of one input pixel in memory, at least cin. */
  readonly pixelBytes: number;
}

export interface PackedWeights {
  readonly data: Int8Array | Int16Array;
  /** Input values of one row of taps, a multiple of 4. */
  readonly rowValues: number;
  readonly rows: number;
  readonly blocks: number;
  /** Bytes of packed weights per input value of one block. */
  readonly bytesPerValue: number;
}

export const rowValues = ({ kx, pixelBytes }: WeightRegion): number =>
  Math.ceil(((kx.to - kx.from) * pixelBytes) / 4) * 4;

/** Calls `visit` with every live weight: channel, row of taps, position in the row, value. */
function forEachWeight(
  region: WeightRegion,
  visit: (oc: number, row: number, at: number, value: number) => void,
): void {
  const { weights, cout, kernel, cin, ky, kx, pixelBytes } = region;
  for (let oc = 0; oc < cout; oc++)
    for (let y = ky.from; y < ky.to; y++)
      for (let x = kx.from; x < kx.to; x++) {
        const from = ((oc * kernel + y) * kernel + x) * cin;
        const at = (x - kx.from) * pixelBytes;
        for (let c = 0; c < cin; c++) visit(oc, y - ky.from, at + c, weights[from + c]);
      }
}

/** @param wide i16 for the `wide` kernels, else i8 */
export function packWeights(region: WeightRegion, wide: boolean): PackedWeights {
  const step = wide ? 2 : 4;
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  const blocks = Math.ceil(region.cout / BLOCK_CHANNELS);
  const size = blocks * rows * values * BLOCK_CHANNELS;
  const data = wide ? new Int16Array(size) : new Int8Array(size);
  forEachWeight(region, (oc, row, at, value) => {
    const block = Math.floor(oc / BLOCK_CHANNELS);
    const base = ((block * rows + row) * values + at - (at % step)) * BLOCK_CHANNELS;
    data[base + (oc % BLOCK_CHANNELS) * step + (at % step)] = value;
  });
  return { data, rowValues: values, rows, blocks, bytesPerValue: BLOCK_CHANNELS * data.BYTES_PER_ELEMENT };
}

/** How near the i16 sums of `group` relaxed dot products come to their limits. */
export interface OverflowProof {
  readonly group: number;
  readonly maxActivation: number;
  /** The largest sum of positive weights of a lane, and the least of negative ones. */
  readonly positive: number;
  readonly negative: number;
  readonly holds: boolean;
}

/**
 * Each i16 lane of a group sums 2 * group products of one channel: weights 4s + 2h and 4s + 2h + 1 of each of its steps
 * s, h = 0 or 1. Activations lie in 0..maxActivation, so the lane cannot leave i16 if the positive weights times
 * maxActivation stay at most 32767 and the negative ones at least -32768, whatever the data.
 */
export function proveGroup(region: WeightRegion, group: number, maxActivation: number): OverflowProof {
  const groupsPerRow = Math.ceil(rowValues(region) / (4 * group));
  const lanes = region.cout * (region.ky.to - region.ky.from) * groupsPerRow * 2;
  const positive = new Int32Array(lanes);
  const negative = new Int32Array(lanes);
  const rows = region.ky.to - region.ky.from;
  forEachWeight(region, (oc, row, at, value) => {
    const lane = ((oc * rows + row) * groupsPerRow + Math.floor(at / (4 * group))) * 2 + ((at >> 1) & 1);
    if (value > 0) positive[lane] += value;
    else negative[lane] += value;
  });
  const most = positive.reduce((a, b) => Math.max(a, b), 0);
  const least = negative.reduce((a, b) => Math.min(a, b), 0);
  const holds = most * maxActivation <= 32767 && least * maxActivation >= -32768;
  return { group, maxActivation, positive: most, negative: least, holds };
}

/** Per pattern and channel (padded to whole blocks): -zero times the sum of the weights its pixels use. */
export function firstAccumulators(
  region: WeightRegion,
  patterns: readonly { readonly ky: Interval; readonly kx: Interval }[],
  zero: number,
): Int32Array {
  const channels = Math.ceil(region.cout / BLOCK_CHANNELS) * BLOCK_CHANNELS;
  const first = new Int32Array(patterns.length * channels);
  if (zero === 0) return first;
  patterns.forEach(({ ky, kx }, index) => {
    forEachWeight({ ...region, ky, kx }, (oc, _row, _at, value) => {
      first[index * channels + oc] -= zero * value;
    });
  });
  return first;
}
