// Batch norm of u = z / divisor with ReLU, and its gradients. All rows of 4 channels at a time: statistics, then use.
// Sums run in float32 over short blocks and in float64 over the blocks; the variance is taken about the mean.
import { BatchNormArgs, BatchNormGradArgs } from './args';
import { demote, highF64, load4, lowF64, store4 } from './simd';

/** Rows that are summed in float32. */
const BLOCK: i32 = 32;
/** Vectors of four channels of one item: as many as a cache line holds, so that threads do not write to the same one. */
const VECTORS: i32 = 4;

/** Sum over the rows of (z / d - center) to the power 1 or 2, divided by the row count. */
function moment(args: BatchNormArgs, z: usize, lanes: i32, d: v128, center: v128, squared: bool): v128 {
  const stride = <usize>args.channels * 4;
  let low = f64x2.splat(0);
  let high = low;
  for (let row = 0; row < args.rows; row += BLOCK) {
    let sum = f32x4.splat(0);
    for (let k = min(BLOCK, args.rows - row); k > 0; k--, z += stride) {
      const u = f32x4.sub(f32x4.div(load4(z, lanes), d), center);
      sum = f32x4.add(sum, squared ? f32x4.mul(u, u) : u);
    }
    low = f64x2.add(low, lowF64(sum));
    high = f64x2.add(high, highF64(sum));
  }
  const rows = f64x2.splat(args.rows);
  return demote(f64x2.div(low, rows), f64x2.div(high, rows));
}

/** y, and mean and variance unless frozen. Item = 16 channels. */
export function batchNorm(args: BatchNormArgs, item: i32): void {
  const end = min((item + 1) * VECTORS, (args.channels + 3) / 4);
  for (let vector = item * VECTORS; vector < end; vector++) normalize(args, vector);
}

function normalize(args: BatchNormArgs, vector: i32): void {
  const lanes = min(args.channels - vector * 4, 4);
  const at = <usize>vector * 16;
  const stride = <usize>args.channels * 4;
  const zero = f32x4.splat(0);
  const d = load4(args.divisor + at, lanes);
  if (!args.frozen) {
    const mean = moment(args, args.z + at, lanes, d, zero, false);
    store4(args.mean + at, mean, lanes);
    store4(args.variance + at, moment(args, args.z + at, lanes, d, mean, true), lanes);
  }
  const mean = load4(args.mean + at, lanes);
  const deviation = f32x4.sqrt(f32x4.add(load4(args.variance + at, lanes), f32x4.splat(args.eps)));
  const factor = f32x4.div(load4(args.gain + at, lanes), deviation);
  const offset = load4(args.offset + at, lanes);
  let z = args.z + at;
  let y = args.y + at;
  for (let row = args.rows; row > 0; row--, z += stride, y += stride) {
    const u = f32x4.div(load4(z, lanes), d);
    let v = f32x4.add(f32x4.mul(f32x4.sub(u, mean), factor), offset);
    if (args.relu) v = f32x4.pmax(v, zero);
    store4(y, v, lanes);
  }
}

/**
 * With x = (u - mean) / sigma, g = dy where y > 0: dOffset = sum g, dGain = sum g x, and
 * du = gain / sigma * (g - dOffset / n - x * dGain / n); frozen statistics leave only the first term.
 * dDivisor = -sum(du * u) / divisor, which has a closed form in dGain and dOffset. Item = 16 channels.
 */
export function batchNormGrad(args: BatchNormGradArgs, item: i32): void {
  const end = min((item + 1) * VECTORS, (args.channels + 3) / 4);
  for (let vector = item * VECTORS; vector < end; vector++) differentiate(args, vector);
}

function differentiate(args: BatchNormGradArgs, vector: i32): void {
  const lanes = min(args.channels - vector * 4, 4);
  const at = <usize>vector * 16;
  const stride = <usize>args.channels * 4;
  const zero = f32x4.splat(0);
  const relu = <bool>args.relu;
  const d = load4(args.divisor + at, lanes);
  const mean = load4(args.mean + at, lanes);
  const gain = load4(args.gain + at, lanes);
  const eps = f32x4.splat(args.eps);
  const total = f32x4.add(load4(args.variance + at, lanes), eps);
  const sigma = f32x4.sqrt(total);

  let z = args.z + at;
  let dy = args.dy + at;
  let y = args.y + at;
  let offsetLow = f64x2.splat(0);
  let offsetHigh = offsetLow;
  let gainLow = offsetLow;
  let gainHigh = offsetLow;
  for (let row = 0; row < args.rows; row += BLOCK) {
    let sum = zero;
    let dot = zero;
    for (let k = min(BLOCK, args.rows - row); k > 0; k--, z += stride, dy += stride, y += stride) {
      let g = load4(dy, lanes);
      if (relu) g = v128.and(g, f32x4.gt(load4(y, lanes), zero));
      const centered = f32x4.sub(f32x4.div(load4(z, lanes), d), mean);
      sum = f32x4.add(sum, g);
      dot = f32x4.add(dot, f32x4.mul(g, centered));
    }
    offsetLow = f64x2.add(offsetLow, lowF64(sum));
    offsetHigh = f64x2.add(offsetHigh, highF64(sum));
    gainLow = f64x2.add(gainLow, lowF64(dot));
    gainHigh = f64x2.add(gainHigh, highF64(dot));
  }
  const dOffset = demote(offsetLow, offsetHigh);
  const dGain = f32x4.div(demote(gainLow, gainHigh), sigma);
  store4(args.doffset + at, dOffset, lanes);
  store4(args.dgain + at, dGain, lanes);

  // Frozen: sum(du u) = gain (mean dOffset / sigma + dGain). Else the flow through the statistics leaves
  // gain dGain eps / (variance + eps).
  const share = args.frozen
    ? f32x4.add(f32x4.div(f32x4.mul(mean, dOffset), sigma), dGain)
    : f32x4.div(f32x4.mul(dGain, eps), total);
  store4(args.ddivisor + at, f32x4.neg(f32x4.div(f32x4.mul(gain, share), d)), lanes);

  const factor = f32x4.div(gain, f32x4.mul(sigma, d));
  const n = f32x4.splat(<f32>args.rows);
  const shift = args.frozen ? zero : f32x4.div(dOffset, n);
  const slope = args.frozen ? zero : f32x4.div(f32x4.div(dGain, n), sigma);
  z = args.z + at;
  dy = args.dy + at;
  y = args.y + at;
  let dz = args.dz + at;
  for (let row = args.rows; row > 0; row--, z += stride, dy += stride, y += stride, dz += stride) {
    let g = load4(dy, lanes);
    if (relu) g = v128.and(g, f32x4.gt(load4(y, lanes), zero));
    const centered = f32x4.sub(f32x4.div(load4(z, lanes), d), mean);
    const du = f32x4.sub(f32x4.sub(g, shift), f32x4.mul(centered, slope));
    store4(dz, f32x4.mul(du, factor), lanes);
  }
}
