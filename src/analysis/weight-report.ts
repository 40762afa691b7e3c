// What the codes of a weight hold, channel by channel. Not for what their error does to the layer's output: similarity.ts.
import type { ObservedRange } from '../core/qparams';
import { quantizeWeight } from '../quant/fake-quant';
import type { FrozenWeight } from '../quant/freeze';
import { minMax } from '../quant/observers';
import { unusedWeightCodes } from './unused-codes';

export interface WeightReport {
  /** The least and the largest weight of each channel. */
  readonly held: ObservedRange;
  /** What its lowest and its highest code stand for: (qmin - z) s and (qmax - z) s. */
  readonly reached: ObservedRange;
  /** Of each channel, the codes that none of its weights has, rising. */
  readonly unused: readonly (readonly number[])[];
}

/** @param weight as inference has it, batch norm folded, output channels first */
export function weightReport(
  weight: Float32Array,
  { q, codes = quantizeWeight(weight, q) }: FrozenWeight,
): WeightReport {
  const { scales, zeroPoints, qmin, qmax } = q;
  const valuesOf = (code: number) => scales.map((scale, c) => (code - zeroPoints[c]) * scale);
  return {
    held: minMax(weight, scales.length),
    reached: { min: valuesOf(qmin), max: valuesOf(qmax) },
    unused: unusedWeightCodes(codes, q),
  };
}

/** The largest magnitude of each channel's weights. */
export const channelReach = ({ min, max }: ObservedRange): number[] =>
  Array.from(max, (high, c) => Math.max(high, -min[c]));
