// Which sums cannot overflow, whatever the activations: of relaxed products in i16, of fields of one byte in i32, of
// lookups in i16. Not for choosing a kernel by it: plan.ts.
import { LOOKUP_OFFSET } from './assembly/layout';
import { forEachTap, rowValues, type WeightRegion } from './region';

/** Below this many steps, products in groups of at most four are as good; beyond the other nothing is won. */
const SHORTEST_CHAIN = 8;
const LONGEST_CHAIN = 1 << 14;

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
 * @param bits that the weights need (neededBits)
 */
export function proveGroup(region: WeightRegion, bits: number, group: number, maxActivation: number): OverflowProof {
  const proof = (positive: number, negative: number): OverflowProof => {
    const holds = positive * maxActivation <= 32767 && negative * maxActivation >= -32768;
    return { group, maxActivation, positive, negative, holds };
  };
  // Weights of few bits: as many of the largest would fit.
  const half = 2 ** (bits - 1);
  const rough = proof(2 * group * (half - 1), -2 * group * half);
  if (rough.holds) return rough;
  const { weights, cin } = region;
  const groupsPerRow = Math.ceil(rowValues(region) / (4 * group));
  const rows = region.ky.to - region.ky.from;
  const lanes = region.cout * rows * groupsPerRow * 2;
  const positive = new Int32Array(lanes);
  const negative = new Int32Array(lanes);
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

/**
 * How many steps of two products a lane of i16 takes, whatever the weights of that many bits; undefined where that is so
 * few that a group does as well. At 4 bits, and activations up to 15: 136 steps, 272 products of at most 120.
 */
export function longestChain(bits: number, maxActivation: number): number | undefined {
  const steps = Math.floor(32767 / (2 * maxActivation * 2 ** (bits - 1)));
  return steps >= SHORTEST_CHAIN ? Math.min(steps, LONGEST_CHAIN) : undefined;
}

/**
 * Whether i32 holds a job's sums of whole bytes of packed fields, each of -128..127.
 * @param terms products of one output
 */
export const bytesFit = (terms: number, maxActivation: number): boolean => terms * maxActivation * 128 < 2 ** 31;

/** Whether i16 holds a job's sums of products of -6..3; with the tables' offset they may wrap on the way. */
export const lookupsFit = (terms: number): boolean => (terms * LOOKUP_OFFSET) / 2 < 2 ** 15;
