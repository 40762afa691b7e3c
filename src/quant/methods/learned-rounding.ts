// Roundings learned from data, AdaRound (Nagel et al. 2020, "Up or Down? Adaptive Rounding for Post-Training Quantization"):
// which two codes a weight lies between, where learning begins, and how hard it presses for a choice. Not for learning:
// src/train/rounding; what is minimised stands in src/device/reference/rounding.ts.
import type { PerChannelQParams } from '../../core/qparams';
import { clamp } from '../fake-quant';

const f32 = Math.fround;
/** Share of the iterations in which nothing presses for a choice, and the ends of beta: as BRECQ (Li et al. 2021) and QDrop. */
const WARM_UP = 0.2;
const [FIRST_BETA, LAST_BETA] = [20, 2];

/** Of each weight, in its layout. */
export interface TwoCodes {
  /** clamp(floor(w / s)) and clamp(floor(w / s) + 1), with the zero point: one code alone where the range ends. */
  readonly down: Int8Array;
  readonly up: Int8Array;
  /** V, of which h(V) is what w / s has above its floor: soft weights begin as the weights themselves. Up where it is > 0. */
  readonly v: Float32Array;
}

/** @param weight output channels first, as many as q has */
export function twoCodes(weight: Float32Array, { scales, zeroPoints, qmin, qmax }: PerChannelQParams): TwoCodes {
  const size = weight.length / scales.length;
  const [down, up] = [new Int8Array(weight.length), new Int8Array(weight.length)];
  const v = weight.map((value, i) => {
    const c = Math.floor(i / size);
    const exact = f32(value * f32(1 / scales[c]));
    const floor = Math.floor(exact);
    down[i] = clamp(floor + zeroPoints[c], qmin, qmax);
    up[i] = clamp(floor + 1 + zeroPoints[c], qmin, qmax);
    return inverseRectifiedSigmoid(exact - floor);
  });
  return { down, up, v };
}

/** Which of both: h(V) > 1/2, that is V > 0. */
export const hardCodes = ({ down, up, v }: TwoCodes): Int8Array => down.map((code, i) => (v[i] > 0 ? up[i] : code));

/** V of h(V) = clamp(1.2 * sigmoid(V) - 0.1, 0, 1). @param h 0..1 */
const inverseRectifiedSigmoid = (h: number): number => -Math.log(1.2 / (h + 0.1) - 1);

/**
 * The exponent of the penalty sum(1 - |2h - 1|^beta): from 20, which presses on what is nearly decided alone, evenly down to
 * 2. @returns undefined while there is no penalty yet
 */
export function betaAt(iteration: number, iterations: number): number | undefined {
  const start = WARM_UP * iterations;
  if (iteration < start) return undefined;
  const done = (iteration - start) / (iterations - start);
  return LAST_BETA + (FIRST_BETA - LAST_BETA) * (1 - done);
}
