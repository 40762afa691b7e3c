// The part of a convolution's weights that meets the map, and the way over it. Not for how they are packed: pack.ts.
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

/** Input values of one row of taps, a multiple of 4. */
export const rowValues = ({ kx, pixelBytes }: WeightRegion): number =>
  Math.ceil(((kx.to - kx.from) * pixelBytes) / 4) * 4;

/**
 * Calls `visit` with every live tap of every channel: channel, row of taps, position in the row of the first of its cin
 * weights, and where they begin in `weights`. There are millions of weights: what walks over them is a plain loop.
 */
export function forEachTap(
  region: WeightRegion,
  visit: (oc: number, row: number, at: number, from: number) => void,
): void {
  const { cout, kernel, cin, ky, kx, pixelBytes } = region;
  for (let oc = 0; oc < cout; oc++)
    for (let y = ky.from; y < ky.to; y++)
      for (let x = kx.from; x < kx.to; x++)
        visit(oc, y - ky.from, (x - kx.from) * pixelBytes, ((oc * kernel + y) * kernel + x) * cin);
}
