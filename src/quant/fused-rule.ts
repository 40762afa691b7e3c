// Scale and zero point as PyTorch's fused observe-and-fake-quant kernel computes them, which differs from its observers.
// For showing what goes wrong when training and conversion use two rules; everything else uses qparams.ts only.
import type { ObservedRange, PerChannelQParams, QParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';
import type { QuantRule } from './types';

/** Scales below this are raised to it, so that 1/s stays representable in half precision. */
export const SMALL_SCALE = Math.fround(6.1e-5);
/** The scale of an empty range. */
export const EMPTY_SCALE = 0.1;

/**
 * ATen/native/quantized/cpu/QuantUtils.h, ChooseQuantizationParams, as fused_moving_avg_obs_fake_quant calls it.
 * Symmetric with values on both sides of 0: s is the larger of |min| / half and max / (half - 1), half = 2^(bits-1).
 * A one-sided range is not made symmetric: it takes [0, max] or [min, 0] over all codes.
 * @param min @param max float32 values, min <= max
 */
export function fusedRuleQParams(min: number, max: number, rule: Pick<QuantRule, 'scheme' | 'qmin' | 'qmax'>): QParams {
  const { qmin, qmax } = rule;
  const codes = qmax - qmin;
  const centred = rule.scheme === 'symmetric' && min < 0 && max > 0;
  let low = Math.min(min, 0);
  let high = Math.max(max, 0);
  if (centred) {
    const half = Math.floor(codes / 2);
    const step = Math.max(-low / (half + 1), high / half);
    low = Math.fround(-step * (half + 1));
    high = Math.fround(step * half);
  }
  let scale = (high - low) / codes;
  if (Math.fround(scale) === 0 || !Number.isFinite(Math.fround(1 / Math.fround(scale)))) scale = EMPTY_SCALE;
  if (scale < SMALL_SCALE) {
    const growth = Math.fround(SMALL_SCALE / Math.fround(scale));
    if (low === 0) high = Math.fround(SMALL_SCALE * codes);
    else if (high === 0) low = Math.fround(-SMALL_SCALE * codes);
    else [low, high] = [Math.fround(low * growth), Math.fround(high * growth)];
    scale = SMALL_SCALE;
  }
  const zeroPoint = centred ? (qmin + qmax) / 2 : affineZeroPoint(low, high, scale, qmin, qmax);
  return {
    scale: Math.fround(scale),
    zeroPoint: roundHalfEven(Math.min(Math.max(zeroPoint, qmin), qmax)),
    qmin,
    qmax,
  };
}

/** Of each channel. */
export function fusedRuleOfChannels(
  { min, max }: ObservedRange,
  rule: Pick<QuantRule, 'scheme' | 'qmin' | 'qmax'>,
): PerChannelQParams {
  const each = Array.from(min, (low, c) => fusedRuleQParams(low, max[c], rule));
  return {
    scales: Float32Array.from(each, ({ scale }) => scale),
    zeroPoints: Int32Array.from(each, ({ zeroPoint }) => zeroPoint),
    ...{ qmin: rule.qmin, qmax: rule.qmax },
  };
}

/** Not yet rounded: from the end of the range whose code is computed with the smaller error. */
function affineZeroPoint(low: number, high: number, scale: number, qmin: number, qmax: number): number {
  const errorAtLow = Math.abs(qmin) - Math.abs(low / scale);
  const errorAtHigh = Math.abs(qmax) - Math.abs(high / scale);
  return errorAtLow < errorAtHigh ? qmin - low / scale : qmax - high / scale;
}
