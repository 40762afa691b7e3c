// Scale and zero point from an observed range by PyTorch's observer rule: the one function of training and conversion.
// Not for the fused kernel's different rule: fused-rule.ts.
import { PlaygroundError } from '../core/errors';
import type { ObservedRange, PerChannelQParams, QParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';
import type { FakeQuantSpec, QuantRule } from './types';

const f32 = Math.fround;

/** Qparams of the granularity that the specification asks for. @throws as tensorQParams */
export function qparamsFromRange(range: ObservedRange, spec: FakeQuantSpec): QParams | PerChannelQParams {
  return spec.granularity === 'per_tensor' ? tensorQParams(range, spec) : channelQParams(range, spec);
}

/**
 * Qparams of a whole tensor from a range of length 1.
 * @throws PlaygroundError 'bad-argument' when nothing was observed (min > max), 'diverged' when the range is not finite or
 * a NaN was seen
 */
export function tensorQParams(range: ObservedRange, rule: QuantRule): QParams {
  if (range.min.length !== 1 || range.max.length !== 1)
    throw new RangeError(`A range of ${range.min.length} channels for a whole tensor.`);
  return { ...scaleAndZeroPoint(range.min[0], range.max[0], rule), qmin: rule.qmin, qmax: rule.qmax };
}

/** Qparams of every channel of a range. @throws as tensorQParams */
export function channelQParams(range: ObservedRange, rule: QuantRule): PerChannelQParams {
  const channels = range.min.length;
  const scales = new Float32Array(channels);
  const zeroPoints = new Int32Array(channels);
  for (let c = 0; c < channels; c++) {
    const { scale, zeroPoint } = scaleAndZeroPoint(range.min[c], range.max[c], rule);
    scales[c] = scale;
    zeroPoints[c] = zeroPoint;
  }
  return { scales, zeroPoints, qmin: rule.qmin, qmax: rule.qmax };
}

/**
 * torch.ao.quantization.observer, _calculate_qparams, in float32. The range is widened to hold 0. Affine: s =
 * (max - min) / (qmax - qmin), z = qmin - RNE(min / s), clamped. Symmetric: s = max(-min, max) / ((qmax - qmin) / 2),
 * z = 0 for signed codes and the lower middle of the range for unsigned ones. s is at least eps.
 */
function scaleAndZeroPoint(min: number, max: number, rule: QuantRule): { scale: number; zeroPoint: number } {
  if (min > max)
    throw new PlaygroundError(
      'bad-argument',
      'A tensor to be quantized was never observed.',
      'Train or calibrate first, so that every observer sees at least one batch.',
    );
  const { qmin, qmax } = rule;
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  const symmetric = rule.scheme === 'symmetric';
  const span = symmetric ? Math.max(-low, high) / ((qmax - qmin) / 2) : f32(high - low) / (qmax - qmin);
  const scale = Math.max(f32(span), f32(rule.eps));
  if (!Number.isFinite(scale))
    throw new PlaygroundError(
      'diverged',
      `A tensor's range [${min}, ${max}] cannot be quantized.`,
      'Lower the learning rate and train again from the pretrained weights.',
    );
  if (symmetric) return { scale, zeroPoint: qmin < 0 ? 0 : Math.floor((qmin + qmax) / 2) };
  const zeroPoint = qmin - roundHalfEven(f32(low / scale));
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, qmin), qmax) };
}
