// Weights as the kernels read them: blocks of output channels; in a block rows of taps, in a row steps of 4 (2 where they
// are i16, or pairs) input values, in a step the channels. Not for which kernels read which: kernels.ts, plan.ts.
import { LOOKUP_OFFSET } from './assembly/layout';
import { BLOCK_CHANNELS, blockChannels, type Packing } from './kernels';
import { forEachTap, rowValues, type WeightRegion } from './region';
import type { Interval } from './taps';

export interface PackedWeights {
  readonly packing: Packing;
  readonly data: Int8Array | Int16Array | Uint8Array;
  /** Input values of one row of taps, a multiple of 4. */
  readonly rowValues: number;
  readonly rows: number;
  readonly blocks: number;
  /** Bytes of packed weights per input value of one block. */
  readonly bytesPerValue: number;
}

/** @param packing one whose codes the weights' bits suffice for: nibbles 4, quads and pairs 2 */
export function packWeights(region: WeightRegion, packing: Packing): PackedWeights {
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  const blocks = Math.ceil(region.cout / blockChannels(packing));
  const bytesPerValue = blockChannels(packing) * BYTES[packing];
  const bytes = blocks * rows * values * bytesPerValue;
  const base = { packing, rowValues: values, rows, blocks, bytesPerValue };
  if (packing === 'bytes') return { ...base, data: packWhole(region, new Int8Array(bytes), 4) };
  if (packing === 'words') return { ...base, data: packWhole(region, new Int16Array(bytes / 2), 2) };
  const data = new Uint8Array(bytes);
  return { ...base, data: packing === 'pairs' ? packPairs(region, data) : packFields(region, data, packing) };
}

/** Bytes of a weight. */
const BYTES = { bytes: 1, words: 2, nibbles: 1 / 2, quads: 1 / 4, pairs: 1 / 2 } as const;

/** In a step 8 vectors of 4 channels by `step` values. */
function packWhole(region: WeightRegion, data: Int8Array | Int16Array, step: 2 | 4): Int8Array | Int16Array {
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  const { weights } = region;
  const steps = step === 4 && hasSteps(region);
  // Where a step's weights lie together they are one word. Then millions of words are moved, else as many weights.
  const [to, from] = steps ? [data, weights].map(asWords) : [data, weights];
  const width = steps ? step : 1;
  forEachTap(region, (oc, row, at, first) => {
    const block = Math.floor(oc / BLOCK_CHANNELS);
    const base = (block * rows + row) * values * BLOCK_CHANNELS + (oc % BLOCK_CHANNELS) * step;
    for (let c = 0; c < region.cin; c += width) {
      const within = (at + c) & (step - 1);
      to[(base + (at + c - within) * BLOCK_CHANNELS + within) / width] = from[(first + c) / width];
    }
  });
  return data;
}

/**
 * In a step vectors of 4 bytes by 4 values, a byte holding one value's weights of channels c, c + 4, ... in fields from
 * the lowest up. The highest field is signed, the others are raised by half their range: template/products.ts.
 */
function packFields(region: WeightRegion, data: Uint8Array, packing: 'nibbles' | 'quads'): Uint8Array {
  const bits = packing === 'nibbles' ? 4 : 2;
  const fields = 8 / bits;
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  const { weights } = region;
  /** Weights of 0. A code's bits are exclusive-or'd to it: that raises them, too. */
  data.fill(packing === 'nibbles' ? 0x08 : 0x2a);
  const steps = hasSteps(region);
  const [to, from] = steps ? [data, weights].map(asWords) : [data, weights];
  const width = steps ? 4 : 1;
  const mask = ((1 << bits) - 1) * (steps ? 0x01010101 : 1);
  forEachTap(region, (oc, row, at, first) => {
    const channel = oc % BLOCK_CHANNELS;
    const block = (oc - channel) / BLOCK_CHANNELS;
    const shift = bits * ((channel >> 2) % fields);
    const vector = Math.floor(channel / (4 * fields));
    const base = ((block * rows + row) * values * BLOCK_CHANNELS) / fields + vector * 16 + (channel & 3) * 4;
    for (let c = 0; c < region.cin; c += width) {
      const within = (at + c) & 3;
      to[(base + ((at + c - within) * BLOCK_CHANNELS) / fields + within) / width] ^=
        (from[(first + c) / width] & mask) << shift;
    }
  });
  return data;
}

/** In a step of two values a byte for each of 64 channels: its two weights, both raised by 2, the first in the low bits. */
function packPairs(region: WeightRegion, data: Uint8Array): Uint8Array {
  const channels = blockChannels('pairs');
  const values = rowValues(region);
  const rows = region.ky.to - region.ky.from;
  data.fill(0x0a);
  forEachTap(region, (oc, row, at, first) => {
    const block = Math.floor(oc / channels);
    const base = (((block * rows + row) * values) / 2) * channels + (oc % channels);
    for (let c = 0; c < region.cin; c++)
      data[base + ((at + c) >> 1) * channels] ^= (region.weights[first + c] & 3) << (2 * ((at + c) & 1));
  });
  return data;
}

/** The tables of assembly/layout.ts: by the first activation, four times the second, and so its weights raised by 2. */
export const lookupTables = (): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, i) => {
    const [a0, a1, w0, w1] = [(i >> 4) & 3, i >> 6, (i & 3) - 2, ((i >> 2) & 3) - 2];
    return a0 * w0 + a1 * w1 + LOOKUP_OFFSET;
  });

/** Whether a step's four weights lie together, as one word. */
const hasSteps = ({ cin, pixelBytes, weights }: WeightRegion): boolean =>
  cin % 4 === 0 && pixelBytes % 4 === 0 && weights.byteOffset % 4 === 0;
const asWords = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / 4);

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
