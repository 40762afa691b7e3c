// Histograms: the ends of the finite values, and counts of equal bins between two ends in torch.histc's float32 steps.
// Work is cut into chunks with whole numbers as their counts: the outcome is the same for any number of threads.
// Not for moving counts to other bins.
import { FiniteMinMaxArgs, CountBinsArgs, AddCountsArgs } from './args';

/** Infinities are left out, NaN is kept; (+Infinity, -Infinity) if nothing is left. Item = chunk. */
export function finiteMinMax(args: FiniteMinMaxArgs, item: i32): void {
  const first = item * args.sizePerItem;
  const end = args.x + <usize>min(first + args.sizePerItem, args.size) * 4;
  let x = args.x + <usize>first * 4;
  let low = f32x4.splat(Infinity);
  let high = f32x4.splat(-Infinity);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    low = f32x4.min(low, without(v, -Infinity));
    high = f32x4.max(high, without(v, Infinity));
  }
  for (; x < end; x += 4) {
    const v = v128.load32_splat(x);
    low = f32x4.min(low, without(v, -Infinity));
    high = f32x4.max(high, without(v, Infinity));
  }
  low = f32x4.min(low, v128.shuffle<u64>(low, low, 1, 0));
  low = f32x4.min(low, v128.shuffle<f32>(low, low, 1, 0, 3, 2));
  high = f32x4.max(high, v128.shuffle<u64>(high, high, 1, 0));
  high = f32x4.max(high, v128.shuffle<f32>(high, high, 1, 0, 3, 2));
  const partial = args.partial + <usize>item * 12;
  v128.store_lane<f32>(partial, low, 0);
  v128.store_lane<f32>(partial, high, 0, 4);
}

/** The values, with the negative of `value` for each that equals it. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function without(v: v128, value: f32): v128 {
  return v128.bitselect(f32x4.splat(-value), v, f32x4.eq(v, f32x4.splat(value)));
}

/** bin = trunc((x - low) * bins / (high - low)), the right end in the last bin. Item = chunk. */
export function countBins(args: CountBinsArgs, item: i32): void {
  const bytes = <usize>(args.bins + 1) * 16;
  const table = args.tables + <usize>item * bytes;
  memory.fill(table, 0, bytes);
  const low = f32x4.splat(args.low);
  const high = f32x4.splat(args.high);
  const span = f32x4.splat(args.high - args.low);
  const bins = f32x4.splat(<f32>args.bins);
  const first = item * args.sizePerItem;
  const end = args.x + <usize>min(first + args.sizePerItem, args.size) * 4;
  let x = args.x + <usize>first * 4;
  for (; x + 16 <= end; x += 16) {
    const at = offsets(v128.load(x), low, high, span, bins);
    increment(table + i32x4.extract_lane(at, 0));
    increment(table + i32x4.extract_lane(at, 1) + 4);
    increment(table + i32x4.extract_lane(at, 2) + 8);
    increment(table + i32x4.extract_lane(at, 3) + 12);
  }
  for (; x < end; x += 4) {
    const at = offsets(v128.load32_splat(x), low, high, span, bins);
    increment(table + i32x4.extract_lane(at, 0));
  }
}

/** Where the values' bins begin in a table. No finite value is below low; NaN fails both comparisons. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function offsets(v: v128, low: v128, high: v128, span: v128, bins: v128): v128 {
  const q = f32x4.div(f32x4.mul(f32x4.sub(v, low), bins), span);
  const inside = v128.and(f32x4.ge(q, f32x4.splat(0)), f32x4.le(v, high));
  const last = f32x4.sub(bins, f32x4.splat(1));
  const bin = v128.bitselect(f32x4.min(q, last), bins, inside);
  return i32x4.shl(i32x4.trunc_sat_f32x4_s(bin), 4);
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function increment(address: usize): void {
  store<i32>(address, load<i32>(address) + 1);
}

/** One item: counts += the tables' sum, rounded once to float32 and once after adding. */
export function addCounts(args: AddCountsArgs, item: i32): void {
  const bytes = <usize>(args.bins + 1) * 16;
  for (let bin: usize = 0; bin < <usize>args.bins; bin++) {
    let sum = i32x4.splat(0);
    for (let i = 0; i < args.items; i++) sum = i32x4.add(sum, v128.load(args.tables + <usize>i * bytes + bin * 16));
    const count = <f32>(
      (i32x4.extract_lane(sum, 0) +
        i32x4.extract_lane(sum, 1) +
        i32x4.extract_lane(sum, 2) +
        i32x4.extract_lane(sum, 3))
    );
    const address = args.counts + bin * 4;
    store<f32>(address, load<f32>(address) + count);
  }
}
