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

const rowValues = ({ kx, pixelBytes }: WeightRegion): number => Math.ceil(((kx.to - kx.from) * pixelBytes) / 4) * 4;

/**
 * Calls `visit` with every live tap of every channel: channel, row of taps, position in the row of the first of its cin
 * weights, and where they begin in `weights`. There are millions of weights: what walks over them is a plain loop.
 */
function forEachTap(region: WeightRegion, visit: (oc: number, row: number, at: number, from: number) => void): void {
  const { cout, kernel, cin, ky, kx, pixelBytes } = region;
  for (let oc = 0; oc < cout; oc++)
    for (let y = ky.from; y < ky.to; y++)
      for (let x = kx.from; x < kx.to; x++)
        visit(oc, y - ky.from, (x - kx.from) * pixelBytes, ((oc * kernel + y) * kernel + x) * cin);
}

/** @param wide i16 for the `wide` kernels, else i8 */
export function packWeights(region: WeightRegion, wide: boolean): PackedWeights {
  const step = wide ? 2 : 4;
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  const blocks = Math.ceil(region.cout / BLOCK_CHANNELS);
  const size = blocks * rows * values * BLOCK_CHANNELS;
  const data = wide ? new Int16Array(size) : new Int8Array(size);
  const { weights, cin, pixelBytes } = region;
  const steps = !wide && cin % step === 0 && pixelBytes % step === 0 && weights.byteOffset % step === 0;
  // Where a step's weights lie together they are one word. Then millions of words are moved, else as many weights.
  const [to, from] = steps ? [data, weights].map(asWords) : [data, weights];
  const width = steps ? step : 1;
  forEachTap(region, (oc, row, at, first) => {
    const block = Math.floor(oc / BLOCK_CHANNELS);
    const base = (block * rows + row) * values * BLOCK_CHANNELS + (oc % BLOCK_CHANNELS) * step;
    for (let c = 0; c < cin; c += width) {
      const within = (at + c) & (step - 1);
      to[(base + (at + c - within) * BLOCK_CHANNELS + within) / width] = from[(first + c) / width];
    }
  });
  return { data, rowValues: values, rows, blocks, bytesPerValue: BLOCK_CHANNELS * data.BYTES_PER_ELEMENT };
}

const asWords = ({ buffer, byteOffset, byteLength }: Int8Array | Int16Array): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / 4);

/** How near the i16 sums of `group` relaxed dot products come to their limits. */
export interface OverflowProof {
  readonly group: number;
  readonly maxActivation: number;
  /** At least the largest sum of positive weights of a lane, and at most the least of negative ones. */
  readonly positive: number;
  readonly negative: number;
  readonly holds: boolean;
}

/**
 * Each i16 lane of a group sums 2 * group products of one channel: weights 4s + 2h and 4s + 2h + 1 of each of its steps
 * s, h = 0 or 1. Activations lie in 0..maxActivation, so the lane cannot leave i16 if the positive weights times
 * maxActivation stay at most 32767 and the negative ones at least -32768, whatever the data.
 * @param group a power of two
 */
export function proveGroup(region: WeightRegion, group: number, maxActivation: number): OverflowProof {
  const proof = (positive: number, negative: number): OverflowProof => {
    const holds = positive * maxActivation <= 32767 && negative * maxActivation >= -32768;
    return { group, maxActivation, positive, negative, holds };
  };
  // Weights of few bits: as many of the largest would fit. A two's complement code lies in -reach - 1 .. reach.
  const { weights, cin } = region;
  let reach = 0;
  for (let i = 0; i < weights.length; i++) reach |= weights[i] ^ (weights[i] >> 31);
  const rough = proof(2 * group * reach, -2 * group * (reach + 1));
  if (rough.holds) return rough;
  const groupsPerRow = Math.ceil(rowValues(region) / (4 * group));
  const lanes = region.cout * (region.ky.to - region.ky.from) * groupsPerRow * 2;
  const positive = new Int32Array(lanes);
  const negative = new Int32Array(lanes);
  const rows = region.ky.to - region.ky.from;
  const shift = 2 + Math.log2(group);
  forEachTap(region, (oc, row, first, from) => {
    const base = (oc * rows + row) * groupsPerRow;
    for (let c = 0; c < cin; c++) {
      const at = first + c;
      const value = weights[from + c];
      const lane = (base + (at >> shift)) * 2 + ((at >> 1) & 1);
      if (value > 0) positive[lane] += value;
      else negative[lane] += value;
    }
  });
  return proof(
    positive.reduce((a, b) => Math.max(a, b), 0),
    negative.reduce((a, b) => Math.min(a, b), 0),
  );
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
  const { weights, cin } = region;
  patterns.forEach(({ ky, kx }, index) => {
    forEachTap({ ...region, ky, kx }, (oc, _row, _at, from) => {
      let sum = 0;
      for (let c = 0; c < cin; c++) sum += weights[from + c];
      first[index * channels + oc] -= zero * sum;
    });
  });
  return first;
}
