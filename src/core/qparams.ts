// What a quantized tensor is: scale, zero point and range of codes. Plain data.
// Not for computing them: see src/quant/.

/** Bits a code may have. */
export const BITS = { min: 2, max: 8 } as const;

/** Affine quantization of a whole tensor: real = (code - zeroPoint) * scale. Scale is a float32 value > 0. */
export interface QParams {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** One scale and zero point per channel; both arrays have the channel count's length. */
export interface PerChannelQParams {
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
  readonly qmin: number;
  readonly qmax: number;
}

/**
 * What an observer saw: per tensor (length 1) or per channel (length C) minima and maxima. A channel of which nothing
 * was seen is (+Infinity, -Infinity); one that held a NaN is (NaN, NaN).
 */
export interface ObservedRange {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** Whether a range has seen nothing: (+Infinity, -Infinity). */
export const isUnseen = (min: number, max: number): boolean => min === Infinity && max === -Infinity;
