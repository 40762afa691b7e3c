// What the reference's functions take and give: values row-major, maps NHWC, channels the last axis. Sums are float64;
// where PyTorch's float32 decides (codes, ranges), it is float32. Not for speed.

export type Numbers = ArrayLike<number>;

/** A batch of feature maps [n, h, w, c]. */
export interface Maps {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

/** Sum of each channel. */
export function channelSums(values: Numbers, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) sums[i % channels] += values[i];
  return sums;
}
