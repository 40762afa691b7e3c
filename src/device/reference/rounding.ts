// Roundings that are learned (Nagel et al. 2020, "Up or Down?", eqs. 22 to 24): soft weights, the penalty that drives them to
// one of their two codes, and a step of Adam on what decides. Not for which codes there are: src/quant/methods.
import type { RoundingStepAttrs } from '../contract';
import { adam } from './adam';
import type { Numbers } from './numbers';

/** The rectified sigmoid, 0..1, and its derivative: h = clamp(1.2 * sigmoid(v) - 0.1, 0, 1). */
function rectifiedSigmoid(v: number): { readonly h: number; readonly slope: number } {
  const sigmoid = 1 / (1 + Math.exp(-v));
  const stretched = 1.2 * sigmoid - 0.1;
  const clipped = stretched < 0 || stretched > 1;
  return { h: Math.min(Math.max(stretched, 0), 1), slope: clipped ? 0 : 1.2 * sigmoid * (1 - sigmoid) };
}

/** down + step * h(v) */
export const softWeight = (v: Numbers, down: Numbers, step: Numbers): Float64Array =>
  Float64Array.from(v, (each, i) => down[i] + step[i] * rectifiedSigmoid(each).h);

/** sum(1 - |2h - 1|^beta): 0 where every weight has chosen its code. */
export const undecided = (v: Numbers, beta: number): number =>
  Array.from(v).reduce((sum, each) => sum + 1 - Math.abs(2 * rectifiedSigmoid(each).h - 1) ** beta, 0);

/** Of loss + penalty * undecided, by v. @param g the loss's gradient by the soft weights */
export function roundingGrad(
  v: Numbers,
  g: Numbers,
  step: Numbers,
  { penalty, beta }: Pick<RoundingStepAttrs, 'penalty' | 'beta'>,
): Float64Array {
  return Float64Array.from(v, (each, i) => {
    const { h, slope } = rectifiedSigmoid(each);
    const lean = 2 * h - 1;
    const pull = penalty === 0 ? 0 : -2 * penalty * beta * Math.abs(lean) ** (beta - 1) * Math.sign(lean);
    return slope * (g[i] * step[i] + pull);
  });
}

/** All but g and step after one step of Adam. */
export function roundingStep(
  { v, mean, square, g, step }: Readonly<Record<'v' | 'mean' | 'square' | 'g' | 'step', Numbers>>,
  attrs: RoundingStepAttrs,
): Record<'v' | 'mean' | 'square', Float64Array> {
  const gradient = roundingGrad(v, g, step, attrs);
  const { w, ...means } = adam({ w: v, mean, square, g: gradient }, { ...attrs, weightDecay: 0 });
  return { v: w, ...means };
}
