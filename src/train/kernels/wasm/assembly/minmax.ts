// Minima and maxima per channel or per tensor, and the observers' running range.
// Work is cut into fixed chunks whose results lie side by side: the outcome is the same for any number of threads.
// NaN is passed over here; the fake-quant that follows carries it on to the loss.

@unmanaged
export class MinMaxArgs {
  x: usize;
  /** Rows of `channels` floats; per tensor: single floats (channels = 1). */
  rows: i32;
  channels: i32;
  rowsPerItem: i32;
  /** float[items][2][channels] */
  partial: usize;
}

/** Per channel. Item = chunk of rows. */
export function minMaxChannels(args: MinMaxArgs, item: i32): void {
  const channels = args.channels;
  const row = <usize>channels * 4;
  const first = item * args.rowsPerItem;
  const rows = min(args.rowsPerItem, args.rows - first);
  const low = args.partial + <usize>item * row * 2;
  const high = low + row;
  const x = args.x + <usize>first * row;
  memory.copy(low, x, row);
  memory.copy(high, x, row);
  const vectorEnd = row & ~15;
  // Four streams through the rows: one alone waits for memory.
  const quarter = rows / 4;
  const far = <usize>quarter * row;
  for (let r = 0; r < quarter; r++) {
    const p = x + <usize>r * row;
    for (let c: usize = 0; c < vectorEnd; c += 16) {
      const v0 = v128.load(p + c);
      const v1 = v128.load(p + far + c);
      const v2 = v128.load(p + 2 * far + c);
      const v3 = v128.load(p + 3 * far + c);
      const small = f32x4.pmin(f32x4.pmin(v0, v1), f32x4.pmin(v2, v3));
      const large = f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3));
      v128.store(low + c, f32x4.pmin(v128.load(low + c), small));
      v128.store(high + c, f32x4.pmax(v128.load(high + c), large));
    }
  }
  for (let r = quarter * 4; r < rows; r++) {
    const p = x + <usize>r * row;
    for (let c: usize = 0; c < vectorEnd; c += 16) {
      const v = v128.load(p + c);
      v128.store(low + c, f32x4.pmin(v128.load(low + c), v));
      v128.store(high + c, f32x4.pmax(v128.load(high + c), v));
    }
  }
  if (vectorEnd < row) {
    for (let r = 1; r < rows; r++) {
      const p = x + <usize>r * row;
      for (let c = vectorEnd; c < row; c += 4) widen(low + c, high + c, load<f32>(p + c));
    }
  }
}

// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function widen(low: usize, high: usize, v: f32): void {
  if (v < load<f32>(low)) store<f32>(low, v);
  if (v > load<f32>(high)) store<f32>(high, v);
}

/** Per tensor. Item = chunk of floats. */
export function minMaxTensor(args: MinMaxArgs, item: i32): void {
  const first = item * args.rowsPerItem;
  const end = args.x + <usize>min(first + args.rowsPerItem, args.rows) * 4;
  const low = args.partial + <usize>item * 8;
  let x = args.x + <usize>first * 4;
  let low0 = v128.load32_splat(x);
  let low1 = low0;
  let high0 = low0;
  let high1 = low0;
  for (; x + 32 <= end; x += 32) {
    const v0 = v128.load(x);
    const v1 = v128.load(x, 16);
    low0 = f32x4.pmin(low0, v0);
    high0 = f32x4.pmax(high0, v0);
    low1 = f32x4.pmin(low1, v1);
    high1 = f32x4.pmax(high1, v1);
  }
  for (; x < end; x += 4) {
    const v = v128.load32_splat(x);
    low0 = f32x4.pmin(low0, v);
    high0 = f32x4.pmax(high0, v);
  }
  low0 = f32x4.pmin(low0, low1);
  low0 = f32x4.pmin(low0, v128.shuffle<u64>(low0, low0, 1, 0));
  low0 = f32x4.pmin(low0, v128.shuffle<f32>(low0, low0, 1, 0, 3, 2));
  high0 = f32x4.pmax(high0, high1);
  high0 = f32x4.pmax(high0, v128.shuffle<u64>(high0, high0, 1, 0));
  high0 = f32x4.pmax(high0, v128.shuffle<f32>(high0, high0, 1, 0, 3, 2));
  v128.store_lane<f32>(low, low0, 0);
  v128.store_lane<f32>(low, high0, 0, 4);
}

@unmanaged
export class UpdateRangeArgs {
  partial: usize;
  parts: i32;
  channels: i32;
  /** float[2][channels]: minima and maxima so far; (+Infinity, -Infinity) has seen nothing. */
  range: usize;
  next: usize;
  /** 1: next = range + c * (minmax - range); 0: the wider of both. */
  average: i32;
  c: f32;
  /** float[channels]: what was observed counts times this; 0: as it is. */
  factor: usize;
}

/** One item: joins the chunks and moves the range. Rounding keeps order: the ends of x * factor are those of x, times it. */
export function updateRange(args: UpdateRangeArgs, item: i32): void {
  const row = <usize>args.channels * 4;
  for (let channel: usize = 0; channel < row; channel += 4) {
    let low: f32 = load<f32>(args.partial + channel);
    let high: f32 = load<f32>(args.partial + row + channel);
    for (let part = 1; part < args.parts; part++) {
      const p = args.partial + <usize>part * row * 2 + channel;
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
    if (args.average) {
      if (oldLow < Infinity) low = oldLow + args.c * (low - oldLow);
      if (oldHigh > -Infinity) high = oldHigh + args.c * (high - oldHigh);
    } else {
      low = min(low, oldLow);
      high = max(high, oldHigh);
    }
    store<f32>(args.next + channel, low);
    store<f32>(args.next + row + channel, high);
  }
}
