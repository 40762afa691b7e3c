// The weights of a layer over the one grid that their codes are: each in steps of its channel's scale. Not for the codes that
// a method chose besides rounding, nor for errors: weight-report.ts.
import type { PerChannelQParams } from '../core/qparams';
import { histc, type Histogram } from '../quant/histogram';

/** Bins that a step is cut into where there are few codes, and bins at most. */
const BINS_PER_STEP = 16;
const MOST_BINS = 1024;

/**
 * w / s + z of every weight: what rounds to code k lies from k - 1/2 to k + 1/2, and what is clipped beyond the outermost.
 * @param weight as inference has it, batch norm folded, output channels first
 * @returns over the cells of all codes and all weights, whole ones
 */
export function weightSteps(weight: Float32Array, { scales, zeroPoints, qmin, qmax }: PerChannelQParams): Histogram {
  const size = weight.length / scales.length;
  const steps = weight.map((w, i) => {
    const channel = Math.floor(i / size);
    return w / scales[channel] + zeroPoints[channel];
  });
  let [min, max] = [qmin, qmax];
  for (const step of steps) [min, max] = [Math.min(min, step), Math.max(max, step)];
  // The borders of the cells that hold both ends.
  const [low, high] = [Math.floor(min + 0.5) - 0.5, Math.floor(max + 0.5) + 0.5];
  const perStep = Math.max(1, Math.min(BINS_PER_STEP, Math.floor(MOST_BINS / (high - low))));
  return { counts: histc(steps, (high - low) * perStep, low, high), min: low, max: high };
}
