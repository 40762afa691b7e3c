// Minima and maxima per channel or per tensor, and the observers' running range.
// Work is cut into fixed chunks whose results lie side by side: the outcome is the same for any number of threads.
//
// Values are compared as whole numbers, which is as fast and loses no NaN. The greatest bits as unsigned numbers are those
// of the least value if any has a sign; the greatest bits as signed numbers are those of the greatest value if any has
// none; and if all are of one sign, the least bits as unsigned numbers are those of the end that is nearer to 0. A NaN
// lies beyond the infinity of its sign.
import { MinMaxArgs, UpdateRangeArgs } from './args';
import { load4, store4 } from './simd';

/** From the greatest bits as unsigned and as signed numbers and the least as unsigned ones: minima, NaN where one was. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function minima(unsigned: v128, signed: v128, least: v128): v128 {
  const ends = v128.bitselect(unsigned, least, i32x4.lt_s(unsigned, i32x4.splat(0)));
  return v128.or(ends, hadNaN(unsigned, signed));
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function maxima(unsigned: v128, signed: v128, least: v128): v128 {
  const ends = v128.bitselect(least, signed, i32x4.lt_s(signed, i32x4.splat(0)));
  return v128.or(ends, hadNaN(unsigned, signed));
}

/** All bits set, which is a NaN, or none. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function hadNaN(unsigned: v128, signed: v128): v128 {
  return v128.or(i32x4.gt_u(unsigned, f32x4.splat(-Infinity)), i32x4.gt_s(signed, f32x4.splat(Infinity)));
}

/** Rows that are read side by side, far from each other: one stream alone waits for memory. */
const STREAMS: i32 = 4;

/** Per channel. Item = chunk of rows. */
export function minMaxChannels(args: MinMaxArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  const first = item * args.rowsPerItem;
  const rows = min(args.rowsPerItem, args.rows - first);
  const unsigned = args.partial + <usize>item * row * 3;
  const signed = unsigned + row;
  const least = signed + row;
  const x = args.x + <usize>first * row;
  memory.copy(unsigned, x, row);
  memory.copy(signed, x, row);
  memory.copy(least, x, row);
  const deep = rows / STREAMS;
  for (let r = 0; r < deep; r++) join(unsigned, row, x + <usize>r * row, STREAMS, <usize>deep * row);
  for (let r = deep * STREAMS; r < rows; r++) join(unsigned, row, x + <usize>r * row, 1, 0);
  for (let c: usize = 0; c < row; c += 16) {
    const lanes = <i32>(row - c) / 4;
    const u = load4(unsigned + c, lanes);
    const s = load4(signed + c, lanes);
    const l = load4(least + c, lanes);
    store4(unsigned + c, minima(u, s, l), lanes);
    store4(signed + c, maxima(u, s, l), lanes);
  }
}

/** Joins `streams` rows, `far` bytes apart, to the three rows of numbers that begin at `unsigned`. */
function join(unsigned: usize, row: usize, x: usize, streams: i32, far: usize): void {
  const signed = unsigned + row;
  const least = signed + row;
  let c: usize = 0;
  for (; c + 64 <= row; c += 64) {
    let u0 = v128.load(unsigned + c);
    let u1 = v128.load(unsigned + c, 16);
    let u2 = v128.load(unsigned + c, 32);
    let u3 = v128.load(unsigned + c, 48);
    let s0 = v128.load(signed + c);
    let s1 = v128.load(signed + c, 16);
    let s2 = v128.load(signed + c, 32);
    let s3 = v128.load(signed + c, 48);
    let l0 = v128.load(least + c);
    let l1 = v128.load(least + c, 16);
    let l2 = v128.load(least + c, 32);
    let l3 = v128.load(least + c, 48);
    let p = x + c;
    for (let k = streams; k > 0; k--, p += far) {
      const v0 = v128.load(p);
      const v1 = v128.load(p, 16);
      const v2 = v128.load(p, 32);
      const v3 = v128.load(p, 48);
      u0 = i32x4.max_u(u0, v0);
      s0 = i32x4.max_s(s0, v0);
      l0 = i32x4.min_u(l0, v0);
      u1 = i32x4.max_u(u1, v1);
      s1 = i32x4.max_s(s1, v1);
      l1 = i32x4.min_u(l1, v1);
      u2 = i32x4.max_u(u2, v2);
      s2 = i32x4.max_s(s2, v2);
      l2 = i32x4.min_u(l2, v2);
      u3 = i32x4.max_u(u3, v3);
      s3 = i32x4.max_s(s3, v3);
      l3 = i32x4.min_u(l3, v3);
    }
    v128.store(unsigned + c, u0);
    v128.store(unsigned + c, u1, 16);
    v128.store(unsigned + c, u2, 32);
    v128.store(unsigned + c, u3, 48);
    v128.store(signed + c, s0);
    v128.store(signed + c, s1, 16);
    v128.store(signed + c, s2, 32);
    v128.store(signed + c, s3, 48);
    v128.store(least + c, l0);
    v128.store(least + c, l1, 16);
    v128.store(least + c, l2, 32);
    v128.store(least + c, l3, 48);
  }
  for (; c < row; c += 16) {
    const lanes = <i32>(row - c) / 4;
    let u = load4(unsigned + c, lanes);
    let s = load4(signed + c, lanes);
    let l = load4(least + c, lanes);
    let p = x + c;
    for (let k = streams; k > 0; k--, p += far) {
      const v = load4(p, lanes);
      u = i32x4.max_u(u, v);
      s = i32x4.max_s(s, v);
      l = i32x4.min_u(l, v);
    }
    store4(unsigned + c, u, lanes);
    store4(signed + c, s, lanes);
    store4(least + c, l, lanes);
  }
}

/** Per tensor. Item = chunk of floats. */
export function minMaxTensor(args: MinMaxArgs, item: i32): void {
  const first = item * args.rowsPerItem;
  const end = args.x + <usize>min(first + args.rowsPerItem, args.rows) * 4;
  let x = args.x + <usize>first * 4;
  let u = v128.load32_splat(x);
  let s = u;
  let l = u;
  for (; x + 32 <= end; x += 32) {
    const v0 = v128.load(x);
    const v1 = v128.load(x, 16);
    u = i32x4.max_u(u, i32x4.max_u(v0, v1));
    s = i32x4.max_s(s, i32x4.max_s(v0, v1));
    l = i32x4.min_u(l, i32x4.min_u(v0, v1));
  }
  for (; x < end; x += 4) {
    const v = v128.load32_splat(x);
    u = i32x4.max_u(u, v);
    s = i32x4.max_s(s, v);
    l = i32x4.min_u(l, v);
  }
  u = i32x4.max_u(u, v128.shuffle<u64>(u, u, 1, 0));
  u = i32x4.max_u(u, v128.shuffle<f32>(u, u, 1, 0, 3, 2));
  s = i32x4.max_s(s, v128.shuffle<u64>(s, s, 1, 0));
  s = i32x4.max_s(s, v128.shuffle<f32>(s, s, 1, 0, 3, 2));
  l = i32x4.min_u(l, v128.shuffle<u64>(l, l, 1, 0));
  l = i32x4.min_u(l, v128.shuffle<f32>(l, l, 1, 0, 3, 2));
  const partial = args.partial + <usize>item * 12;
  v128.store_lane<f32>(partial, minima(u, s, l), 0);
  v128.store_lane<f32>(partial, maxima(u, s, l), 0, 4);
}

/**
 * One item: joins the chunks and moves the range. Rounding keeps order: the ends of x * factor are those of x, times it.
 * min and max of two floats are NaN where one is.
 */
export function updateRange(args: UpdateRangeArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  for (let channel: usize = 0; channel < row; channel += 4) {
    let low: f32 = load<f32>(args.partial + channel);
    let high: f32 = load<f32>(args.partial + row + channel);
    for (let part = 1; part < args.parts; part++) {
      const p = args.partial + <usize>part * row * 3 + channel;
      low = min(low, load<f32>(p));
      high = max(high, load<f32>(p + row));
    }
    if (args.factor) {
      const factor = load<f32>(args.factor + channel);
      const atLow = low * factor;
      const atHigh = high * factor;
      low = min(atLow, atHigh);
      high = max(atLow, atHigh);
    }
    const oldLow = load<f32>(args.range + channel);
    const oldHigh = load<f32>(args.range + row + channel);
    const unseen = oldLow == Infinity && oldHigh == -Infinity;
    if (!args.average) {
      low = min(low, oldLow);
      high = max(high, oldHigh);
    } else if (!unseen) {
      low = oldLow + args.c * (low - oldLow);
      high = oldHigh + args.c * (high - oldHigh);
    }
    store<f32>(args.next + channel, low);
    store<f32>(args.next + row + channel, high);
  }
}
