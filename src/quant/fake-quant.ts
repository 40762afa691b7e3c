// Fake quantization and its straight-through gradient mask, quantization and dequantization, on typed arrays.
// The mathematics behind src/train's kernels and the conversion; not for the GPU, not for choosing qparams.
import type { PerChannelQParams, QParams } from '../core/qparams';
import { roundHalfEven, roundSmall } from '../core/rounding';

const f32 = Math.fround;

/** One float32 value to its code before clamping: z + RNE(x * (1/s)), the product in float32. */
export const unclampedCode = (x: number, inverseScale: number, zeroPoint: number): number =>
  zeroPoint + roundHalfEven(f32(x * inverseScale));

export const clamp = (code: number, qmin: number, qmax: number): number => Math.min(Math.max(code, qmin), qmax);

/**
 * (clamp(z + RNE(x * (1/s)), qmin, qmax) - z) * s in float32, as torch.fake_quantize_per_tensor_affine and, with
 * per-channel qparams, torch.fake_quantize_per_channel_affine with channels on axis 0 (x.length / C values each).
 */
export function fakeQuantize(x: Float32Array, q: QParams | PerChannelQParams): Float32Array<ArrayBuffer> {
  const out = new Float32Array(x.length);
  forEachChannel(x, q, (start, end, scale, zeroPoint) => {
    const inverse = f32(1 / scale);
    for (let i = start; i < end; i++)
      out[i] = (clamp(unclampedCode(x[i], inverse, zeroPoint), q.qmin, q.qmax) - zeroPoint) * scale;
  });
  return out;
}

/** 1 where fakeQuantize's straight-through gradient passes: qmin <= z + RNE(x * (1/s)) <= qmax; else 0. */
export function passMask(x: Float32Array, q: QParams | PerChannelQParams): Uint8Array {
  const mask = new Uint8Array(x.length);
  forEachChannel(x, q, (start, end, scale, zeroPoint) => {
    const inverse = f32(1 / scale);
    for (let i = start; i < end; i++) {
      const code = unclampedCode(x[i], inverse, zeroPoint);
      mask[i] = code >= q.qmin && code <= q.qmax ? 1 : 0;
    }
  });
  return mask;
}

/**
 * Weight codes: clamp(z + RNE(x * (1/s)), qmin, qmax), channels on axis 0, as torch.quantize_per_channel. Clamped before it
 * is rounded, which is the same as the ends are whole.
 */
export function quantizeWeight(x: Float32Array, q: PerChannelQParams): Int8Array {
  const out = new Int8Array(x.length);
  forEachChannel(x, q, (start, end, scale, zeroPoint) => {
    const [low, high] = [q.qmin - zeroPoint, q.qmax - zeroPoint];
    quantizeChannel(x.subarray(start, end), out.subarray(start, end), f32(1 / scale), zeroPoint, low, high);
  });
  return out;
}

/** Into `out`. A function of its own: its variables would be slower as a closure's. */
function quantizeChannel(
  x: Float32Array,
  out: Int8Array,
  inverse: number,
  zeroPoint: number,
  low: number,
  high: number,
): void {
  for (let i = 0; i < x.length; i++) {
    const value = f32(x[i] * inverse);
    out[i] = zeroPoint + roundSmall(value < low ? low : value > high ? high : value);
  }
}

/** What weight codes stand for, channels on axis 0: (code - z) * s in float32. */
export function dequantizeWeight(codes: Int8Array, q: PerChannelQParams): Float32Array {
  const out = new Float32Array(codes.length);
  forEachChannel(codes, q, (start, end, scale, zeroPoint) => {
    for (let i = start; i < end; i++) out[i] = (codes[i] - zeroPoint) * scale;
  });
  return out;
}

/**
 * Activation codes as torch.quantize_per_tensor, which unlike fake-quant adds the zero point before rounding:
 * clamp(RNE(f32(x * (1/s) + z)), qmin, qmax). The two differ at exact ties with an odd zero point. PyTorch's multiply-add
 * is fused; here the product is exact, but the sum is rounded to double before it is to float32, which can differ only
 * where that lands on a tie of float32.
 */
export function quantizeActivation(x: Float32Array, q: QParams): Uint8Array {
  const inverse = f32(1 / q.scale);
  return Uint8Array.from(x, (value) => clamp(roundHalfEven(f32(value * inverse + q.zeroPoint)), q.qmin, q.qmax));
}

/** (code - z) * s in float32. */
export function dequantize(codes: Uint8Array, q: QParams): Float32Array {
  return Float32Array.from(codes, (code) => (code - q.zeroPoint) * q.scale);
}

function forEachChannel(
  x: ArrayLike<number>,
  q: QParams | PerChannelQParams,
  visit: (start: number, end: number, scale: number, zeroPoint: number) => void,
): void {
  if ('scale' in q) return visit(0, x.length, q.scale, q.zeroPoint);
  const size = x.length / q.scales.length;
  q.scales.forEach((scale, c) => visit(c * size, (c + 1) * size, scale, q.zeroPoints[c]));
}
