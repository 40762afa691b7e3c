// The matrix product behind the convolutions, as assembly/gemm.ts and assembly/pack.ts take it. A convolution gives the
// points it computes and for each the runs of its live taps; packing lays both operands out so that a run is contiguous.
import { TILE_COLS, TILE_ROWS } from './assembly/tile';
import type { KernelRuntime } from './runtime';
import { bytesOf, words } from './work';

/** Work items a product is cut into at least, where its size allows: enough for threads to even out. */
const MIN_ITEMS = 16;

/** One stretch along k: starts in a row tile of a and a column panel of b, in steps of k, and its length. */
export interface Run {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** One output position: where it starts in c, in floats, and what is summed there. */
export interface Point {
  readonly c: number;
  readonly runs: Run[];
}

/** Adds a run, joined to the one before where it continues both its sides. */
export function addRun(runs: Run[], a: number, b: number, length: number): void {
  const before = runs.at(-1);
  if (before && before.a + before.length === a && before.b + before.length === b)
    runs[runs.length - 1] = { ...before, length: before.length + length };
  else runs.push({ a, b, length });
}

/** The integer tables of a product (points, then runs), for a table that starts at `address`. */
export function pointTables(points: readonly Point[], address: number): [points: number[], runs: number[]] {
  const [pointWords, runWords]: [number[], number[]] = [[], []];
  const runsAt = address + points.length * bytesOf('Point');
  for (const { c, runs } of points) {
    const firstRun = runsAt + runWords.length * 4;
    for (const { a, b, length } of runs)
      runWords.push(...words('Run', { a: a * TILE_ROWS * 4, b: b * TILE_COLS * 4, length }));
    pointWords.push(...words('Point', { c: c * 4, runs: firstRun, runsEnd: runsAt + runWords.length * 4 }));
  }
  return [pointWords, runWords];
}

/** A matrix to pack. Offsets and strides are in floats. */
export interface Operand {
  readonly source: number;
  /** Rows (of a) or columns (of b). */
  readonly lanes: number;
  /** Where lanes lie: side by side in memory, or `stride` apart with k side by side. */
  readonly order: 'lanes-adjacent' | 'depth-adjacent';
  readonly stride: number;
  readonly depth: number;
  /** Table of the blocks' byte offsets: first address and one past the last. */
  readonly blocks: readonly [number, number];
}

/** Steps of k in a packed panel. */
function packedDepth({ blocks, depth }: Operand): number {
  return ((blocks[1] - blocks[0]) / 4) * depth;
}

/** Bytes of a packed operand whose tiles or panels have `width` lanes. */
function packedBytes(operand: Operand, width: number): number {
  return Math.ceil(operand.lanes / width) * packedDepth(operand) * width * 4;
}

function pack(runtime: KernelRuntime, operand: Operand, width: number, target: number): number {
  const panelBytes = packedDepth(operand) * width * 4;
  const { source, lanes, order, depth, stride } = operand;
  const [blocks, blocksEnd] = operand.blocks;
  const work = order === 'lanes-adjacent' ? 'packColumns' : 'packTransposed';
  const from = { source, lanes, blocks, blocksEnd, depth, stride: stride * 4 };
  runtime.run(work, Math.ceil(lanes / width), { ...from, target, panel: panelBytes, width });
  return panelBytes;
}

/** c[point.c + row * cRow + col] = sum over the point's runs of a * b. `points` are the addresses of its table. */
export function multiply(
  runtime: KernelRuntime,
  a: Operand,
  b: Operand,
  points: readonly [number, number],
  c: number,
  cRow: number,
): void {
  const [aPacked, bPacked] = runtime.scratch(packedBytes(a, TILE_ROWS), packedBytes(b, TILE_COLS));
  const aTile = pack(runtime, a, TILE_ROWS, aPacked);
  const bPanel = pack(runtime, b, TILE_COLS, bPacked);
  const tiles = Math.ceil(a.lanes / TILE_ROWS);
  const panels = Math.ceil(b.lanes / TILE_COLS);
  const tilesPerItem = Math.ceil(tiles / Math.ceil(MIN_ITEMS / panels));
  runtime.run('gemm', panels * Math.ceil(tiles / tilesPerItem), {
    a: aPacked,
    aTile,
    b: bPacked,
    bPanel,
    c,
    cRow: cRow * 4,
    rows: a.lanes,
    cols: b.lanes,
    points: points[0],
    pointsEnd: points[1],
    tilesPerItem,
  });
}
