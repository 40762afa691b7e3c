// Scale and zero point from an observed range by PyTorch's observer rule: the one function of training and conversion.
// Not for the fused kernel's different rule: fused-rule.ts.
import { PlaygroundError } from '../core/errors';
import { diverged } from '../core/finite';
import { isUnseen, type ObservedRange, type PerChannelQParams, type QParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';
import type { FakeQuantSpec, QuantRule } from './types';

const f32 = Math.fround;

/**
 * The largest scale that quantizes. Above it 1/s is below float32's normal numbers, where a GPU may put 0: each value
 * would get the code of 0, and nobody would hear of it. PyTorch on a CPU goes on to 2^128; such a training has diverged.
 */
export const LARGEST_SCALE = 2 ** 126;

/** Qparams of the granularity that the specification asks for. @throws as tensorQParams */
export function qparamsFromRange(range: ObservedRange, spec: FakeQuantSpec): QParams | PerChannelQParams {
  return spec.granularity === 'per_tensor' ? tensorQParams(range, spec) : channelQParams(range, spec);
}

/**
 * Qparams of a whole tensor from a range of length 1.
 * @throws PlaygroundError 'bad-argument' when nothing was observed, 'diverged' when scaleAndZeroPoint has no scale
 */
export function tensorQParams(range: ObservedRange, rule: QuantRule): QParams {
  if (range.min.length !== 1 || range.max.length !== 1)
    throw new RangeError(`A range of ${range.min.length} channels for a whole tensor.`);
  return { ...finiteQParams(range.min[0], range.max[0], rule), qmin: rule.qmin, qmax: rule.qmax };
}

/** Qparams of every channel of a range. @throws as tensorQParams */
export function channelQParams(range: ObservedRange, rule: QuantRule): PerChannelQParams {
  const channels = range.min.length;
  const scales = new Float32Array(channels);
  const zeroPoints = new Int32Array(channels);
  for (let c = 0; c < channels; c++) {
    const { scale, zeroPoint } = finiteQParams(range.min[c], range.max[c], rule);
    scales[c] = scale;
    zeroPoints[c] = zeroPoint;
  }
  return { scales, zeroPoints, qmin: rule.qmin, qmax: rule.qmax };
}

/** What was observed of a tensor. @throws PlaygroundError 'bad-argument' when nothing was */
export function observedRange(ranges: ReadonlyMap<string, ObservedRange>, key: string): ObservedRange {
  const range = ranges.get(key);
  if (!range) throw neverObserved(`The range of ${key}`);
  return range;
}

/**
 * Scale and zero point of one range in float32, as torch.ao.quantization.observer's _calculate_qparams. The range is
 * widened to hold 0. Affine: s = (max - min) / (qmax - qmin), z = qmin - RNE(min / s), clamped. Symmetric: s =
 * max(-min, max) / ((qmax - qmin) / 2), z = symmetricZeroPoint. s is at least eps, and rounded up where it is to be a power
 * of two, before z is found.
 * @returns NaN for both where an end is not finite or s above LARGEST_SCALE: who quantizes by them gets NaN
 * @throws PlaygroundError 'bad-argument' when nothing was observed
 */
export function scaleAndZeroPoint(min: number, max: number, rule: QuantRule): { scale: number; zeroPoint: number } {
  if (isUnseen(min, max)) throw neverObserved('A tensor to be quantized');
  const { qmin, qmax } = rule;
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  const symmetric = rule.scheme === 'symmetric';
  const span = symmetric ? Math.max(-low, high) / ((qmax - qmin) / 2) : f32(high - low) / (qmax - qmin);
  const least = Math.max(f32(span), f32(rule.eps));
  const isUsable = Number.isFinite(min) && Number.isFinite(max) && least <= LARGEST_SCALE;
  if (!isUsable) return { scale: NaN, zeroPoint: NaN };
  const scale = rule.powerOfTwo ? roundedUp(least) : least;
  if (symmetric) return { scale, zeroPoint: symmetricZeroPoint(qmin, qmax) };
  const zeroPoint = qmin - roundHalfEven(f32(low / scale));
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, qmin), qmax) };
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/**
 * The least power of two that is not below a scale, 2^ceil(log2 s): no value is clipped that was not before, and a shift of
 * bits multiplies by it. PyTorch has no such observer; the formula is that of Jain et al. 2020 (Trained Quantization
 * Thresholds, 3.1). From float32's bits, so that it is exact.
 * @param scale a normal float32 number > 0 up to 2^127; what is not above 0 comes back as it is
 */
export function roundedUp(scale: number): number {
  if (!(scale > 0)) return scale;
  FLOAT[0] = scale;
  // A fraction of any size carries into the exponent.
  BITS[0] = (BITS[0] + 0x7fffff) & 0x7f800000;
  return FLOAT[0];
}

/**
 * The zero point of the symmetric scheme: 0 for signed codes, for unsigned ones the lower middle of the range (127 of
 * 0..255). PyTorch's _calculate_qparams has two rules for quint8: (quant_min + quant_max) // 2 where both are stated, as
 * FakeQuantize always states them, and 128 where an observer alone is left to its default. Ours are always stated.
 */
export function symmetricZeroPoint(qmin: number, qmax: number): number {
  return qmin < 0 ? 0 : Math.floor((qmin + qmax) / 2);
}

function finiteQParams(min: number, max: number, rule: QuantRule): { scale: number; zeroPoint: number } {
  const qparams = scaleAndZeroPoint(min, max, rule);
  if (!Number.isFinite(qparams.scale)) throw diverged(`A tensor's range [${min}, ${max}] cannot be quantized.`);
  return qparams;
}

function neverObserved(what: string): PlaygroundError {
  return new PlaygroundError(
    'bad-argument',
    `${what} was never observed.`,
    'Train or calibrate first, so that every observer sees at least one batch.',
  );
}

/** Bits that a code of the range takes: 7 of PyTorch's reduced range, 0..127. */
export const codeBits = ({ qmin, qmax }: Pick<QuantRule, 'qmin' | 'qmax'>): number =>
  Math.ceil(Math.log2(qmax - qmin + 1));

/** What the lowest and the highest code stand for: (qmin - z) s and (qmax - z) s. */
export const reachOf = ({ scale, zeroPoint, qmin, qmax }: QParams): readonly [lowest: number, highest: number] => [
  (qmin - zeroPoint) * scale,
  (qmax - zeroPoint) * scale,
];
