// Fake quantization of x * factor, both per channel, and its gradients to x and to the factor; x is a weight, of which
// only some blocks of rows are wanted: the taps of a filter that ever meet the map. Scales come from outside, see qparams.ts.
import { FakeQuantScaledArgs, SumRowsArgs } from './args';
import { load4, store4 } from './simd';

/** Bytes from a tensor's start to the item's first row. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function startOf(args: FakeQuantScaledArgs, item: i32): usize {
  const block = load<usize>(args.blocks + <usize>(item / args.itemsPerBlock) * sizeof<usize>());
  const row = (item % args.itemsPerBlock) * args.rowsPerItem;
  return block + <usize>row * <usize>args.channels * 4;
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function rowsOf(args: FakeQuantScaledArgs, item: i32): i32 {
  return min(args.rowsPerItem, args.rows - (item % args.itemsPerBlock) * args.rowsPerItem);
}

/** Unclamped code of x * factor, rounded to float32 in between. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function code(x: v128, factor: v128, inv: v128, zeroPoint: v128): v128 {
  return f32x4.add(zeroPoint, f32x4.nearest(f32x4.mul(f32x4.mul(x, factor), inv)));
}

/** As fakeQuant of x * factor. Item = rows of one block. */
export function fakeQuantScaled(args: FakeQuantScaledArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  const start = startOf(args, item);
  const factors = args.factor;
  const inverses = args.inv;
  const scales = args.scale;
  const zeroPoints = args.zeroPoint;
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  let x = args.x + start;
  let out = args.out + start;
  for (let r = rowsOf(args, item); r > 0; r--, x += row, out += row) {
    for (let c: usize = 0; c < row; c += 16) {
      const lanes = <i32>(row - c) / 4;
      const zeroPoint = load4(zeroPoints + c, lanes);
      const q = code(load4(x + c, lanes), load4(factors + c, lanes), load4(inverses + c, lanes), zeroPoint);
      const clamped = f32x4.pmin(f32x4.pmax(q, qmin), qmax);
      store4(out + c, f32x4.mul(f32x4.sub(clamped, zeroPoint), load4(scales + c, lanes)), lanes);
    }
  }
}

/** With g = dy where the code is in range, else 0: out = g * factor, partial = the rows' sum of g * x. Item = rows of one block. */
export function fakeQuantScaledGrad(args: FakeQuantScaledArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  const start = startOf(args, item);
  const sums = args.partial + <usize>item * row;
  const factors = args.factor;
  const inverses = args.inv;
  const zeroPoints = args.zeroPoint;
  const qmin = f32x4.splat(args.qmin);
  const qmax = f32x4.splat(args.qmax);
  let x = args.x + start;
  let dy = args.dy + start;
  let out = args.out + start;
  memory.fill(sums, 0, row);
  for (let r = rowsOf(args, item); r > 0; r--, x += row, dy += row, out += row) {
    for (let c: usize = 0; c < row; c += 16) {
      const lanes = <i32>(row - c) / 4;
      const value = load4(x + c, lanes);
      const factor = load4(factors + c, lanes);
      const q = code(value, factor, load4(inverses + c, lanes), load4(zeroPoints + c, lanes));
      const g = v128.and(load4(dy + c, lanes), v128.and(f32x4.ge(q, qmin), f32x4.le(q, qmax)));
      store4(out + c, f32x4.mul(g, factor), lanes);
      store4(sums + c, f32x4.add(load4(sums + c, lanes), f32x4.mul(g, value)), lanes);
    }
  }
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
