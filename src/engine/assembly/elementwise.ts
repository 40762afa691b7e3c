// Operations on codes without weights: image rows, max pool, average pool, add, ReLU, batch norm by table.
// All but the image have a multiple of 32 channels in memory, so every loop is whole vectors.
import {
  ADD_BIAS1, ADD_BIAS2, ADD_FACTOR1, ADD_FACTOR2, ADD_HIGH, ADD_INV_SCALE, ADD_LOW, ADD_OFFSET, ADD_SCALE1, ADD_SCALE2,
  ADD_ZERO, AVERAGE_FACTOR,
  AVERAGE_OFFSET, AVERAGE_ZERO, IMAGE_HIGH, IMAGE_LEFT, IMAGE_OUT_ROW, IMAGE_ROW, MAGIC, MAGIC_BITS, OP_IN, OP_IN2,
  OP_OUT, POOL_CHANNELS, POOL_H, POOL_KERNEL, POOL_OUT_W, POOL_PAD, POOL_STRIDE, POOL_W, RELU_REBASE, SOURCE, TABLE_AT,
  TABLE_CHANNELS, TABLE_CODES,
} from './layout';

/** Copies rows first..last-1 of the image into its padded rows. @returns whether every code is in range */
export function image(op: usize, arena: usize, first: i32, last: i32): bool {
  const bytes = load<usize>(op, IMAGE_ROW), outRow = load<usize>(op, IMAGE_OUT_ROW);
  let from = load<usize>(arena, SOURCE) + <usize>first * bytes;
  let to = arena + load<usize>(op, OP_OUT) + load<usize>(op, IMAGE_LEFT) + <usize>first * outRow;
  const high = load<u8>(op, IMAGE_HIGH);
  let largest = i8x16.splat(0);
  let rest: u8 = 0;
  for (let row = first; row < last; row++) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) {
      const codes = v128.load(from + i);
      largest = i8x16.max_u(largest, codes);
      v128.store(to + i, codes);
    }
    for (; i < bytes; i++) {
      const code = load<u8>(from + i);
      rest = max(rest, code);
      store<u8>(to + i, code);
    }
    from += bytes;
    to += outRow;
  }
  return rest <= high && !v128.any_true(i8x16.gt_u(largest, i8x16.splat(high)));
}

/** Maximum over each window clipped to the map; a unit is one output pixel. */
export function maxPool(op: usize, arena: usize, first: i32, last: i32): void {
  const input = arena + load<usize>(op, OP_IN), output = arena + load<usize>(op, OP_OUT);
  const kernel = load<i32>(op, POOL_KERNEL), stride = load<i32>(op, POOL_STRIDE), pad = load<i32>(op, POOL_PAD);
  const h = load<i32>(op, POOL_H), w = load<i32>(op, POOL_W), outW = load<i32>(op, POOL_OUT_W);
  const channels = load<i32>(op, POOL_CHANNELS);
  for (let unit = first; unit < last; unit++) {
    const oy = unit / outW;
    const y = oy * stride - pad, x = (unit - oy * outW) * stride - pad;
    const y0 = max(y, 0), y1 = min(y + kernel, h), x0 = max(x, 0), x1 = min(x + kernel, w);
    for (let c = 0; c < channels; c += 16) {
      let largest = i8x16.splat(0);
      for (let iy = y0; iy < y1; iy++) {
        let at = input + <usize>((iy * w + x0) * channels + c);
        for (let ix = x0; ix < x1; ix++) {
          largest = i8x16.max_u(largest, v128.load(at));
          at += channels;
        }
      }
      v128.store(output + <usize>(unit * channels + c), largest);
    }
  }
}

/** Mean over the map, codes rounded half to even; a unit is one channel. */
export function averagePool(op: usize, arena: usize, first: i32, last: i32): void {
  const input = arena + load<usize>(op, OP_IN), output = arena + load<usize>(op, OP_OUT);
  const pixels = load<i32>(op, POOL_H) * load<i32>(op, POOL_W), channels = load<i32>(op, POOL_CHANNELS);
  const offset = load<i32>(op, AVERAGE_OFFSET), zero = load<i32>(op, AVERAGE_ZERO);
  const factor = load<f32>(op, AVERAGE_FACTOR);
  for (let c = first; c < last; c++) {
    let sum = offset;
    for (let i = 0; i < pixels; i++) sum += load<u8>(input + <usize>(i * channels + c));
    store<u8>(output + c, <i32>nearest(<f32>sum * factor) + zero);
  }
}

/** max(code, zero point), stored relative to the zero point; a unit is 16 codes. */
export function relu(op: usize, arena: usize, first: i32, last: i32): void {
  const input = arena + load<usize>(op, OP_IN), output = arena + load<usize>(op, OP_OUT);
  const zero = i8x16.splat(load<u8>(op, RELU_REBASE));
  for (let at = <usize>first * 16; at < <usize>last * 16; at += 16)
    v128.store(output + at, i8x16.sub_sat_u(v128.load(input + at), zero));
}

/** Four codes to float32 as fused multiply-add does it: exact in double precision, rounded once. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline function dequantize(codes: v128, scale: v128, bias: v128): v128 {
  const low = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(codes), scale), bias);
  const upper = v128.shuffle<i32>(codes, codes, 2, 3, 2, 3);
  const high = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(upper), scale), bias);
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Sum of two dequantized tensors, requantized half to even; a unit is 16 codes. */
export function add(op: usize, arena: usize, first: i32, last: i32): void {
  const input1 = arena + load<usize>(op, OP_IN), input2 = arena + load<usize>(op, OP_IN2);
  const output = arena + load<usize>(op, OP_OUT);
  const scale1 = v128.load64_splat(op, ADD_SCALE1), bias1 = v128.load64_splat(op, ADD_BIAS1);
  const scale2 = v128.load64_splat(op, ADD_SCALE2), bias2 = v128.load64_splat(op, ADD_BIAS2);
  const inv = v128.load32_splat(op, ADD_INV_SCALE);
  const low = v128.load32_splat(op, ADD_LOW), high = v128.load32_splat(op, ADD_HIGH);
  const zero = i32x4.splat(load<i32>(op, ADD_ZERO) - MAGIC_BITS), magic = v128.load(MAGIC);
  for (let at = <usize>first * 16; at < <usize>last * 16; at += 4) {
    const a = dequantize(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(input1 + at))), scale1, bias1);
    const b = dequantize(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(input2 + at))), scale2, bias2);
    const real = f32x4.mul(f32x4.add(a, b), inv);
    const rounded = f32x4.add(f32x4.pmin(f32x4.pmax(real, low), high), magic);
    const words = i16x8.narrow_i32x4_s(i32x4.add(rounded, zero), i32x4.splat(0));
    v128.store32_lane(output + at, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/** Four codes of each operand to four sums, rounded to the bits of magic + sum. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline function sum4(a: v128, b: v128, factor1: v128, factor2: v128, offset: v128, low: v128, high: v128, magic: v128): v128 {
  const products = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(a), factor1), f32x4.mul(f32x4.convert_i32x4_s(b), factor2));
  return f32x4.add(f32x4.pmin(f32x4.pmax(f32x4.add(products, offset), low), high), magic);
}

/** The same integers as `add` where the planner found factors that it proved; a unit is 16 codes. */
export function fastAdd(op: usize, arena: usize, first: i32, last: i32): void {
  const input1 = arena + load<usize>(op, OP_IN), input2 = arena + load<usize>(op, OP_IN2);
  const output = arena + load<usize>(op, OP_OUT);
  const factor1 = v128.load32_splat(op, ADD_FACTOR1), factor2 = v128.load32_splat(op, ADD_FACTOR2);
  const offset = v128.load32_splat(op, ADD_OFFSET), magic = v128.load(MAGIC);
  const low = v128.load32_splat(op, ADD_LOW), high = v128.load32_splat(op, ADD_HIGH);
  const zero = i32x4.splat(load<i32>(op, ADD_ZERO) - MAGIC_BITS);
  for (let at = <usize>first * 16; at < <usize>last * 16; at += 16) {
    const a = v128.load(input1 + at), b = v128.load(input2 + at);
    const a0 = i16x8.extend_low_i8x16_u(a), a1 = i16x8.extend_high_i8x16_u(a);
    const b0 = i16x8.extend_low_i8x16_u(b), b1 = i16x8.extend_high_i8x16_u(b);
    const s0 = sum4(i32x4.extend_low_i16x8_u(a0), i32x4.extend_low_i16x8_u(b0), factor1, factor2, offset, low, high, magic);
    const s1 = sum4(i32x4.extend_high_i16x8_u(a0), i32x4.extend_high_i16x8_u(b0), factor1, factor2, offset, low, high, magic);
    const s2 = sum4(i32x4.extend_low_i16x8_u(a1), i32x4.extend_low_i16x8_u(b1), factor1, factor2, offset, low, high, magic);
    const s3 = sum4(i32x4.extend_high_i16x8_u(a1), i32x4.extend_high_i16x8_u(b1), factor1, factor2, offset, low, high, magic);
    const w0 = i16x8.narrow_i32x4_s(i32x4.add(s0, zero), i32x4.add(s1, zero));
    const w1 = i16x8.narrow_i32x4_s(i32x4.add(s2, zero), i32x4.add(s3, zero));
    v128.store(output + at, i8x16.narrow_i16x8_u(w0, w1));
  }
}

/** What the table of its channel has for each code; a unit is one pixel. */
export function channelTable(op: usize, arena: usize, first: i32, last: i32): void {
  const input = arena + load<usize>(op, OP_IN), output = arena + load<usize>(op, OP_OUT);
  const codes = load<usize>(op, TABLE_CODES), channels = load<usize>(op, TABLE_CHANNELS);
  for (let at = <usize>first * channels; at < <usize>last * channels; at += channels) {
    let table = load<usize>(op, TABLE_AT);
    for (let c: usize = 0; c < channels; c++) {
      store<u8>(output + at + c, load<u8>(table + load<u8>(input + at + c)));
      table += codes;
    }
  }
}
