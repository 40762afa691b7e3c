// Which pixels a convolution's filter taps join, padding left out. Not for memory layouts.
import type { ConvShape } from '../conv-shape';

/** Pixels are row-major indices in their map, taps in the filter. */
export interface Join {
  readonly input: number;
  readonly output: number;
  readonly tap: number;
}

/** Every pair of an input and an output pixel that a tap joins, by output pixel, then by tap. */
export function joins(s: ConvShape): Join[] {
  const all: Join[] = [];
  for (let output = 0; output < s.oh * s.ow; output++)
    for (let tap = 0; tap < s.kh * s.kw; tap++) {
      const y = Math.floor(output / s.ow) * s.sh + Math.floor(tap / s.kw) - s.padTop;
      const x = (output % s.ow) * s.sw + (tap % s.kw) - s.padLeft;
      if (y >= 0 && y < s.h && x >= 0 && x < s.w) all.push({ input: y * s.w + x, output, tap });
    }
  return all;
}

/** The taps that join any pixels, in order: the others only ever meet padding. */
export function liveTaps(all: readonly Join[]): number[] {
  return [...new Set(all.map((join) => join.tap))].sort((a, b) => a - b);
}

/** The joins of each of `count` groups. */
export function groupBy(all: readonly Join[], key: 'input' | 'output' | 'tap', count: number): Join[][] {
  const groups: Join[][] = Array.from({ length: count }, () => []);
  for (const join of all) groups[join[key]].push(join);
  return groups;
}
