// Weights moved to where they round to given codes: what a training begins with that goes on from PTQ's roundings.
// Not for finding codes: flip-roundings.ts, learned-rounding.ts.
import type { PerChannelQParams } from '../../core/qparams';

/** How far from the edge between two codes a weight that was moved lies, in steps. */
const MARGIN = 0.1;

/**
 * The nearest weights that round to these codes, a margin from the edge between two. What is beyond the outermost codes
 * stays there.
 * @param weight output channels first @param codes one each, qmin..qmax
 */
export function withinCodes(
  weight: Float32Array,
  codes: Int8Array,
  { scales, zeroPoints, qmin, qmax }: PerChannelQParams,
): Float32Array {
  const perChannel = weight.length / scales.length;
  const reach = 0.5 - MARGIN;
  return weight.map((w, i) => {
    const channel = Math.floor(i / perChannel);
    const [scale, code] = [scales[channel], codes[i]];
    const steps = w / scale + zeroPoints[channel];
    const low = code === qmin ? -Infinity : code - reach;
    const high = code === qmax ? Infinity : code + reach;
    if (steps >= low && steps <= high) return w;
    return (Math.min(Math.max(steps, low), high) - zeroPoints[channel]) * scale;
  });
}
