// Matrix product over lists of runs, the one inner loop of all three convolutions.
// For every point p (an output pixel, or a filter tap), every row tile of 4 and every column panel of 8:
//   c[p][row][col] = sum over p's runs, over k < run.length: a[tile][run.a + k][row] * b[panel][run.b + k][col]
// A point's runs hold its live taps only, so padding is never multiplied. Not for packing: see pack.ts.
import { GemmArgs, Point, Run } from './args';
import { madd } from './simd';
import { TILE_COLS as COLS, TILE_ROWS as ROWS } from './tile';

/** One panel of columns, `tilesPerItem` tiles of rows, all points. */
export function gemm(args: GemmArgs, item: i32): void {
  const tiles = (args.rows + ROWS - 1) / ROWS;
  const groups = (tiles + args.tilesPerItem - 1) / args.tilesPerItem;
  const panel = item / groups;
  const first = (item % groups) * args.tilesPerItem;
  const last = min(first + args.tilesPerItem, tiles);
  const b = args.b + <usize>panel * args.bPanel;
  const cols = min(args.cols - panel * COLS, COLS);
  for (let tile = first; tile < last; tile++) {
    const a = args.a + <usize>tile * args.aTile;
    const rows = min(args.rows - tile * ROWS, ROWS);
    const c = args.c + <usize>(tile * ROWS) * args.cRow + <usize>(panel * COLS) * 4;
    for (let p = args.points; p < args.pointsEnd; p += offsetof<Point>()) {
      const point = changetype<Point>(p);
      product(point.runs, point.runsEnd, a, b, c + point.c, args.cRow, rows, cols);
    }
  }
}

/** 4 x 8 outputs held in 8 registers over all runs. */
function product(runs: usize, end: usize, a: usize, b: usize, c: usize, cRow: usize, rows: i32, cols: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (; runs < end; runs += offsetof<Run>()) {
    const run = changetype<Run>(runs);
    let pa = a + run.a;
    let pb = b + run.b;
    for (let k = run.length; k > 0; k--) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let x = v128.load32_splat(pa);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(pa, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(pa, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(pa, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      pa += 16;
      pb += 32;
    }
  }
  storeRow(c, c00, c01, cols);
  if (rows > 1) storeRow(c + cRow, c10, c11, cols);
  if (rows > 2) storeRow(c + 2 * cRow, c20, c21, cols);
  if (rows > 3) storeRow(c + 3 * cRow, c30, c31, cols);
}

/** The first `cols` of 8 floats. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function storeRow(ptr: usize, low: v128, high: v128, cols: i32): void {
  if (cols >= COLS) {
    v128.store(ptr, low);
    v128.store(ptr, high, 16);
  } else storePartialRow(ptr, low, high, cols);
}

function storePartialRow(ptr: usize, low: v128, high: v128, cols: i32): void {
  let v = low;
  if (cols & 4) {
    v128.store(ptr, v);
    v = high;
    ptr += 16;
  }
  if (cols & 2) {
    v128.store_lane<u64>(ptr, v, 0);
    v = v128.shuffle<u64>(v, v, 1, 1);
    ptr += 8;
  }
  if (cols & 1) v128.store_lane<f32>(ptr, v, 0);
}
