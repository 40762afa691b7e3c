// The mean of what each weight multiplies, over images and the places a kernel visits: all that a correction of biases has
// to know of the data. Not for ranges: observers.ts.
import type { MapShape, WeightedNode } from '../graph/types';

/** The running mean of one map. */
export class MeanMap {
  private images = 0;
  private readonly sums: Float64Array;

  /** @param size values of one image's map */
  constructor(size: number) {
    this.sums = new Float64Array(size);
  }

  /** @param x maps of one batch, one after another */
  observe(x: Float32Array): void {
    const { length } = this.sums;
    for (let start = 0; start < x.length; start += length)
      for (let i = 0; i < length; i++) this.sums[i] += x[start + i];
    this.images += x.length / length;
  }

  /** NaN before anything was seen. */
  mean(): Float64Array {
    return this.sums.map((sum) => sum / this.images);
  }
}

/**
 * For each weight of one output channel, in its layout ([cin, ky, kx] or [in]), the mean of the values it multiplies;
 * padding counts as the zeros it is.
 * @param map mean of the node's input, NHWC without N, of this shape
 */
export function weightInputMeans(node: WeightedNode, map: Float64Array, { h, w, c }: MapShape): Float32Array {
  if (node.op === 'linear') return Float32Array.from(map);
  const { kernel, stride, pad } = node.conv;
  const places = node.out.h * node.out.w;
  const means = new Float32Array(c * kernel * kernel);
  for (let ky = 0; ky < kernel; ky++)
    for (let kx = 0; kx < kernel; kx++) {
      const sums = new Float64Array(c);
      for (let y = ky - pad; y < ky - pad + node.out.h * stride; y += stride)
        for (let x = kx - pad; x < kx - pad + node.out.w * stride; x += stride) {
          if (y < 0 || y >= h || x < 0 || x >= w) continue;
          for (let i = 0; i < c; i++) sums[i] += map[(y * w + x) * c + i];
        }
      for (let i = 0; i < c; i++) means[(i * kernel + ky) * kernel + kx] = sums[i] / places;
    }
  return means;
}
