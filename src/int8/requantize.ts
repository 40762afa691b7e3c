// Factors with which integers become codes again, in fbgemm's float32 steps. Every engine uses these.
// Not for rounding and clamping themselves: src/core/rounding.ts, or SIMD.

/** Per output channel: code = clamp(RNE((f32(acc) + bias) * multiplier) + zeroPoint), all in float32. */
export interface Requantization {
  /** bias / (sx * sw): the bias in units of the accumulator, still a float. */
  readonly bias: Float32Array;
  /** sx * sw / sy. */
  readonly multiplier: Float32Array;
}

/**
 * fbgemm's requantization with a float bias (OutputProcessing-inl.h): the products of scales are rounded to float32
 * before they divide.
 * @param inputScale sx, @param outputScale sy: float32 values > 0
 * @param weightScales sw per output channel, @param bias in real units, both of one length
 */
export function requantization(
  inputScale: number,
  weightScales: Float32Array,
  bias: Float32Array,
  outputScale: number,
): Requantization {
  const products = weightScales.map((scale) => Math.fround(inputScale) * scale);
  return {
    bias: bias.map((value, channel) => value / products[channel]),
    multiplier: products.map((product) => product / Math.fround(outputScale)),
  };
}

/** real = fma(code, scale, bias), rounded to float32 once. */
export interface Dequantization {
  readonly scale: number;
  readonly bias: number;
}

/**
 * How PyTorch's vectorized quantized::add dequantizes an operand: fused multiply-add with -zeroPoint * scale rounded
 * to float32 beforehand. In double precision code * scale + bias is exact, so Math.fround of it is the fma.
 */
export function dequantization(q: { readonly scale: number; readonly zeroPoint: number }): Dequantization {
  const scale = Math.fround(q.scale);
  return { scale, bias: Math.fround(scale * -q.zeroPoint) };
}
