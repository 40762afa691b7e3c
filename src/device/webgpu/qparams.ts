// PyTorch's observer rule from range to scale and zero point, in WGSL, for four channels at once; float32 step by step
// as src/quant/qparams.ts. WGSL lets a division miss by 2.5 ULP: on such an adapter a scale may differ from the host's
// in its last two bits, and a zero point where min / scale lies within that of a tie. SwiftShader divides exactly, but
// compilers turn a division by a constant into a product with its rounded reciprocal: the divisor is a uniform.
import { LARGEST_SCALE, symmetricZeroPoint } from '../../quant/qparams';
import type { QuantRule } from '../../quant/types';
import type { FakeQuantAttrs } from '../contract';
import { KEEP_NAN } from './nan';
import type { Binding } from './run';
import { vec4Tensor, type Vec4Tensor } from './vec4';

/** What a shader needs to quantize with a range tensor [2, 1] or [2, C]. */
export interface QParamsCode {
  readonly binding: Binding;
  readonly key: string;
  /** The uniform that the code reads, if any. */
  readonly uniforms: Readonly<Record<string, number>> | undefined;
  /** Defines `fn code(x, inv, zero) -> vec4<f32>`, the unclamped code of x, and what nan.ts does. */
  readonly declarations: string;
  /**
   * Defines `sound` (vec4<bool>), whether the range has a usable scale, `scale`, NaN where not, `inv` and `zero` (vec4<f32>)
   * for the channels of the vec4 `c4`.
   */
  readonly define: string;
}

/** @param channels 1 for a range per tensor. */
export function qparamsCode(channels: number, attrs: FakeQuantAttrs): QParamsCode {
  const perTensor = channels === 1;
  const range: Vec4Tensor = vec4Tensor('range', 2, channels);
  const row = (i: number) => (perTensor ? `vec4<f32>(range[${i}])` : `range_at(${i * range.vec4s}u + c4)`);
  const qparams = attrs.scheme === 'given' ? given(row(0), row(1), attrs) : fromRange(row(0), row(1), attrs);
  return {
    binding: range.binding,
    uniforms: qparams.uniforms,
    key: `${channels},${Object.values(attrs).join()}`,
    declarations: `${perTensor ? '' : range.load}${KEEP_NAN}
${attrs.powerOfTwo ? ROUNDED_UP : ''}
fn code(x : vec4<f32>, inv : vec4<f32>, zero : vec4<f32>) -> vec4<f32> { return zero + round(x * inv); }`,
    define: qparams.define,
  };
}

/** The least power of two not below s; a NaN stays. */
const ROUNDED_UP = `fn rounded_up(s : vec4<f32>) -> vec4<f32> {
  let power = (bitcast<vec4<u32>>(s) + vec4<u32>(0x7fffffu)) & INFINITE;
  return select(bitcast<vec4<f32>>(power), s, is_nan(s));
}`;

/** WGSL: what of a scale counts; by its bits, as roundedUp in src/quant/qparams.ts. */
const counted = (scale: string, { powerOfTwo }: FakeQuantAttrs) => (powerOfTwo ? `rounded_up(${scale})` : scale);

/** WGSL: they stand in the tensor. */
const given = (scales: string, zeroPoints: string, attrs: FakeQuantAttrs) => ({
  uniforms: undefined,
  define: `let sound = vec4<bool>(true);
  let scale = ${counted(scales, attrs)};
  let inv = 1.0 / scale;
  let zero = clamp(round(${zeroPoints}), vec4<f32>(${f32(attrs.qmin)}), vec4<f32>(${f32(attrs.qmax)}));`,
});

/** WGSL: by the rule from minima and maxima. */
function fromRange(minima: string, maxima: string, rule: QuantRule) {
  const { scheme, qmin, qmax, eps } = rule;
  const symmetric = scheme === 'symmetric';
  const splat = (v: number) => `vec4<f32>(${f32(v)})`;
  const zero = symmetric
    ? splat(symmetricZeroPoint(qmin, qmax))
    : `clamp(${f32(qmin)} - round(lo / span), ${splat(qmin)}, ${splat(qmax)})`;
  return {
    uniforms: { levels: symmetric ? (qmax - qmin) / 2 : qmax - qmin },
    define: `let least = ${minima};
  let most = ${maxima};
  let lo = min(least, vec4<f32>());
  let hi = max(most, vec4<f32>());
  let exact = max(${symmetric ? 'max(-lo, hi)' : '(hi - lo)'} / params.levels, ${splat(eps)});
  let usable = bitcast<vec4<u32>>(exact) <= bitcast<vec4<u32>>(${splat(LARGEST_SCALE)});
  let span = ${counted('exact', rule)};
  let sound = is_finite(least) & is_finite(most) & usable;
  let scale = nan_unless(sound, span);
  let inv = 1.0 / span;
  let zero = ${zero};`,
  };
}

/** A number as a WGSL f32 literal of exactly the float32 nearest to it. */
export function f32(value: number): string {
  const text = String(Math.fround(value));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}
