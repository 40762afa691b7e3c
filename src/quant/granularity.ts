// How many ranges and scales a tensor has, and what becomes of fewer or more: one for the whole of it, or one for each of
// its channels. Not for ranges themselves (observers.ts) nor for what a range becomes (qparams.ts).
import type { ObservedRange, PerChannelQParams } from '../core/qparams';
import type { FakeQuantSpec } from './types';

/** Of a tensor of so many channels: its ranges, and its scales. */
export const rangeCount = ({ granularity }: Pick<FakeQuantSpec, 'granularity'>, channels: number): number =>
  granularity === 'per_channel' ? channels : 1;

/** The range of all channels together; NaN wins. */
export const wholeRange = ({ min, max }: ObservedRange): ObservedRange => ({
  min: Float32Array.of(min.reduce((least, v) => Math.min(least, v))),
  max: Float32Array.of(max.reduce((most, v) => Math.max(most, v))),
});

/** One scale and zero point for each channel, where there may be but one for all of them. */
export const forChannels = ({ scales, zeroPoints, ...codes }: PerChannelQParams, channels: number) => ({
  scales: Float32Array.from({ length: channels }, (_, c) => scales[c % scales.length]),
  zeroPoints: Int32Array.from({ length: channels }, (_, c) => zeroPoints[c % zeroPoints.length]),
  ...codes,
});
