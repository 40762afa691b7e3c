// Which taps of a convolution meet the map at which output pixels. The others meet only padding: zero, so left out.
// Not for weights or memory: see pack.ts and plan.ts.
import { outputLength, type Window } from '../core/window';

/** A half-open interval of tap positions; empty when from >= to. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** All output pixels that have the same live taps. */
export interface TapPattern {
  readonly ky: Interval;
  readonly kx: Interval;
  readonly pixels: readonly { readonly x: number; readonly y: number }[];
}

/** Live taps of output position `o` along one side of length `size`. */
function liveTaps(o: number, size: number, { kernel, stride, pad }: Window): Interval {
  const start = o * stride - pad;
  const from = Math.max(0, -start);
  return { from, to: Math.max(from, Math.min(kernel, size - start)) };
}

/** The patterns of an h x w map, every output pixel in exactly one, in raster order within it. */
export function tapPatterns(h: number, w: number, vertical: Window, horizontal: Window): TapPattern[] {
  const patterns = new Map<string, { ky: Interval; kx: Interval; pixels: { x: number; y: number }[] }>();
  for (let y = 0; y < outputLength(h, vertical); y++)
    for (let x = 0; x < outputLength(w, horizontal); x++) {
      const ky = liveTaps(y, h, vertical);
      const kx = liveTaps(x, w, horizontal);
      const key = `${ky.from},${ky.to},${kx.from},${kx.to}`;
      const pattern = patterns.get(key) ?? { ky, kx, pixels: [] };
      pattern.pixels.push({ x, y });
      patterns.set(key, pattern);
    }
  return [...patterns.values()];
}

/** The smallest interval that holds all of them; empty ones do not count. */
export function hull(intervals: readonly Interval[]): Interval {
  const live = intervals.filter(({ from, to }) => from < to);
  if (live.length === 0) return { from: 0, to: 0 };
  return { from: Math.min(...live.map(({ from }) => from)), to: Math.max(...live.map(({ to }) => to)) };
}
