// Fake quantization of x * factor, both per channel, and its gradients to x and to the factor; x is a weight, of which
// only some blocks of rows are wanted: the taps of a filter that ever meet the map. Scales come from outside, see qparams.ts.
import { load4, store4 } from './simd';

@unmanaged
export class FakeQuantScaledArgs {
  x: usize;
  /** Gradient of the output; FAKE_QUANT_SCALED_GRAD only. */
  dy: usize;
  out: usize;
  /** usize[]: byte offsets of the blocks of rows. */
  blocks: usize;
  /** Rows of a block, and of one item; an item lies in one block. */
  rows: i32;
  rowsPerItem: i32;
  itemsPerBlock: i32;
  channels: i32;
  /** float[channels] each. */
  factor: usize;
  inv: usize;
  scale: usize;
  zeroPoint: usize;
  qmin: f32;
  qmax: f32;
  /** float[items][channels]: each item's part of the factor's gradient; FAKE_QUANT_SCALED_GRAD only. */
  partial: usize;
}

/** Bytes from a tensor's start to the item's first row. */
// @ts-ignore: decorator
@inline
function startOf(args: FakeQuantScaledArgs, item: i32): usize {
  const block = load<usize>(args.blocks + <usize>(item / args.itemsPerBlock) * sizeof<usize>());
  const row = (item % args.itemsPerBlock) * args.rowsPerItem;
  return block + <usize>row * <usize>args.channels * 4;
}

// @ts-ignore: decorator
@inline
function rowsOf(args: FakeQuantScaledArgs, item: i32): i32 {
  return min(args.rowsPerItem, args.rows - (item % args.itemsPerBlock) * args.rowsPerItem);
}

/** Unclamped code of x * factor, rounded to float32 in between. */
// @ts-ignore: decorator
@inline
function code(args: FakeQuantScaledArgs, x: v128, zeroPoint: v128, c: usize, lanes: i32): v128 {
  const product = f32x4.mul(x, load4(args.factor + c, lanes));
  return f32x4.add(zeroPoint, f32x4.nearest(f32x4.mul(product, load4(args.inv + c, lanes))));
}

/** As fakeQuant of x * factor. Item = rows of one block. */
export function fakeQuantScaled(args: FakeQuantScaledArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  const start = startOf(args, item);
  let x = args.x + start;
  let out = args.out + start;
  for (let r = rowsOf(args, item); r > 0; r--, x += row, out += row) {
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) quantize(args, x, out, c, 4);
    if (c < row) quantize(args, x, out, c, <i32>(row - c) / 4);
  }
}

// @ts-ignore: decorator
@inline
function quantize(args: FakeQuantScaledArgs, x: usize, out: usize, c: usize, lanes: i32): void {
  const zeroPoint = load4(args.zeroPoint + c, lanes);
  const q = code(args, load4(x + c, lanes), zeroPoint, c, lanes);
  const clamped = f32x4.pmin(f32x4.pmax(q, f32x4.splat(args.qmin)), f32x4.splat(args.qmax));
  store4(out + c, f32x4.mul(f32x4.sub(clamped, zeroPoint), load4(args.scale + c, lanes)), lanes);
}

/** With g = dy where the code is in range, else 0: out = g * factor, partial = the rows' sum of g * x. Item = rows of one block. */
export function fakeQuantScaledGrad(args: FakeQuantScaledArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  const start = startOf(args, item);
  const sum = args.partial + <usize>item * row;
  let x = args.x + start;
  let dy = args.dy + start;
  let out = args.out + start;
  memory.fill(sum, 0, row);
  for (let r = rowsOf(args, item); r > 0; r--, x += row, dy += row, out += row) {
    let c: usize = 0;
    for (; c + 16 <= row; c += 16) differentiate(args, x, dy, out, sum, c, 4);
    if (c < row) differentiate(args, x, dy, out, sum, c, <i32>(row - c) / 4);
  }
}

// @ts-ignore: decorator
@inline
function differentiate(
  args: FakeQuantScaledArgs,
  x: usize,
  dy: usize,
  out: usize,
  sum: usize,
  c: usize,
  lanes: i32,
): void {
  const value = load4(x + c, lanes);
  const q = code(args, value, load4(args.zeroPoint + c, lanes), c, lanes);
  const inside = v128.and(f32x4.ge(q, f32x4.splat(args.qmin)), f32x4.le(q, f32x4.splat(args.qmax)));
  const g = v128.and(load4(dy + c, lanes), inside);
  store4(out + c, f32x4.mul(g, load4(args.factor + c, lanes)), lanes);
  store4(sum + c, f32x4.add(load4(sum + c, lanes), f32x4.mul(g, value)), lanes);
}

@unmanaged
export class SumRowsArgs {
  /** float[rows][channels] */
  x: usize;
  rows: i32;
  channels: i32;
  /** float[channels] */
  sum: usize;
}

/** Adds rows up, in order. One item. */
export function sumRows(args: SumRowsArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  memory.copy(args.sum, args.x, row);
  for (let r = 1; r < args.rows; r++) {
    const x = args.x + <usize>r * row;
    for (let c: usize = 0; c < row; c += 4) store<f32>(args.sum + c, load<f32>(args.sum + c) + load<f32>(x + c));
  }
}
