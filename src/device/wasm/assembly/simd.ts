// Small vector helpers shared by the kernels. Not for loops over memory.

/** a * b + c; fused where the build has relaxed SIMD. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The first n (1..4) floats at ptr; other lanes 0. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function load4(ptr: usize, n: i32): v128 {
  if (n >= 4) return v128.load(ptr);
  let v = v128.load32_zero(ptr);
  if (n > 1) v = v128.load_lane<f32>(ptr, v, 1, 4);
  if (n > 2) v = v128.load_lane<f32>(ptr, v, 2, 8);
  return v;
}

/** Stores the first n (1..4) lanes. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function store4(ptr: usize, v: v128, n: i32): void {
  if (n >= 4) {
    v128.store(ptr, v);
    return;
  }
  v128.store_lane<f32>(ptr, v, 0);
  if (n > 1) v128.store_lane<f32>(ptr, v, 1, 4);
  if (n > 2) v128.store_lane<f32>(ptr, v, 2, 8);
}

/** Lanes 0 and 1 as doubles. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function lowF64(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** Lanes 2 and 3 as doubles. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function highF64(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 1));
}

/** Four floats from two pairs of doubles. */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
export function demote(low: v128, high: v128): v128 {
  return v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
