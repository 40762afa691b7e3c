// The register tile of a convolution: the rows and columns of sums that a thread keeps, and how the operands reach it: by
// its own loads or, with subgroups, half of them by a neighbour's. The four threads of a subgroup's quad then sum a square
// of 2 x 2 tiles: two side by side need the same rows, two above each other the same columns. Not for what is summed.
import type { Shader } from './run';
import { repeat, splitIndex } from './wgsl';

/** Most rows, and most vec4s of channels, of a register tile: GPUs have registers for no more. */
export const MOST_ROWS = 8;
export const MOST_VEC4S = 2;

/** Enough for the widest subgroups. */
const WORKGROUP = 64;

/** Rows or columns of a register tile; `i` counts them from 0, names and positions are WGSL. */
export interface TileAxis {
  readonly count: number;
  /** The first so many are the thread's to load. */
  readonly own: number;
  /** Groups of threads along this axis: quads, or single threads. */
  readonly tiles: number;
  /** Declares what the positions refer to; the group's coordinate NAMETile must be in scope. */
  readonly place: string;
  /** Position of one; those past the last position are not to be stored. */
  at(i: number): string;
  /** The same, the last position standing in for those past it. */
  readable(i: number): string;
  /** Whether a position exists; false where all do. */
  exists(i: number): string | false;
  /** Declares a value for each, given what loads one of the thread's own. */
  values(name: (i: number) => string, load: (i: number) => string): string;
}

/** @param most what a thread keeps at most of `total` positions */
export function tileAxis(
  name: string,
  axis: 'row' | 'column',
  total: number,
  most: number,
  subgroups: boolean,
): TileAxis {
  const threads = subgroups ? 2 : 1;
  const tiles = Math.ceil(total / (threads * most));
  const own = Math.ceil(total / (tiles * threads * threads));
  const count = threads * own;
  const whole = total === tiles * threads * count;
  const at = (i: number) => (i < own ? `(${name}Own + ${i}u)` : `(${name}Other + ${i - own}u)`);
  const [tileOf, halfOf, swap] = axis === 'row' ? ['down', 'across', 'quadSwapX'] : ['across', 'down', 'quadSwapY'];
  return {
    ...{ count, own, tiles, at },
    place: subgroups
      ? `let ${name}First = (${name}Tile * 2u + ${tileOf}) * ${count}u;
  let ${name}Own = ${name}First + ${halfOf} * ${own}u;
  let ${name}Other = ${name}First + (1u - ${halfOf}) * ${own}u;`
      : `let ${name}Own = ${name}Tile * ${count}u;`,
    readable: (i) => (whole ? at(i) : `min(${at(i)}, ${total - 1}u)`),
    exists: (i) => !whole && `${at(i)} < ${total}u`,
    values: (value, load) =>
      repeat(count, (i) => `let ${value(i)} = ${i < own ? load(i) : `${swap}(${value(i - own)})`};`, ' '),
  };
}

/**
 * The dispatch of one group of threads (a quad, or a thread alone) for each combination of the named coordinates, the
 * first varying fastest, and the start of its body. With subgroups it declares where in the square a thread is. Threads
 * of a quad have all coordinates in common, so that they leave the body and its loops together; that a quad is four
 * neighbours by index is what all devices do but none must: see prove-variants.ts.
 */
export function dispatchOver(subgroups: boolean, extents: Readonly<Record<string, number>>) {
  const threads = Object.values(extents).reduce((a, b) => a * b, subgroups ? 4 : 1);
  const dispatch: Pick<Shader, 'subgroups' | 'workgroupSize' | 'workgroups'> = {
    subgroups,
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
  };
  const start = `
  if (index >= ${threads}u) { return; }
  ${subgroups ? 'let across = lane % 2u;\n  let down = lane / 2u % 2u;' : ''}
  ${splitIndex(subgroups ? 'index / 4u' : 'index', extents)}`;
  return { dispatch, start };
}
