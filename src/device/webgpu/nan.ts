// WGSL on vec4<f32> that hands a NaN on where it compares. WGSL's min, max, clamp and comparisons may drop one, and its
// compiler may assume that no value is NaN or infinite: what decides here are bits, as whole numbers. Not for arithmetic,
// which hands a NaN on by itself.

/**
 * Bits of floats as vec4<u32>: the sign, infinity and a NaN; and functions:
 * - is_nan(v), is_finite(v) -> vec4<bool>
 * - nan_unless(sound : vec4<bool>, v): v, or NaN
 * - lesser(a, b), greater(a, b): NaN where one is
 * - relu(v): NaN stays; -0 becomes 0
 */
export const KEEP_NAN = `
const SIGN = vec4<u32>(0x80000000u);
const INFINITE = vec4<u32>(0x7f800000u);
const NOT_A_NUMBER = vec4<u32>(0x7fc00000u);
fn is_nan(v : vec4<f32>) -> vec4<bool> { return (bitcast<vec4<u32>>(v) & ~SIGN) > INFINITE; }
fn is_finite(v : vec4<f32>) -> vec4<bool> { return (bitcast<vec4<u32>>(v) & ~SIGN) < INFINITE; }
fn nan_unless(sound : vec4<bool>, v : vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(select(NOT_A_NUMBER, bitcast<vec4<u32>>(v), sound));
}
fn lesser(a : vec4<f32>, b : vec4<f32>) -> vec4<f32> { return nan_unless(!(is_nan(a) | is_nan(b)), min(a, b)); }
fn greater(a : vec4<f32>, b : vec4<f32>) -> vec4<f32> { return nan_unless(!(is_nan(a) | is_nan(b)), max(a, b)); }
fn relu(v : vec4<f32>) -> vec4<f32> { return select(v, vec4<f32>(), (bitcast<vec4<u32>>(v) ^ SIGN) <= INFINITE); }`;
