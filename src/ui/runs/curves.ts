// The curves of a run as they are laid over those of others and kept for the next visit: QAT's smoothed loss and its
// validation accuracy. Not for those that grow while a run trains: state/training.svelte.ts.
import type { Curve } from '../state/training.svelte';

export interface RunCurve {
  readonly steps: readonly number[];
  /** Smoothed, at each of `steps`. */
  readonly loss: readonly number[];
  readonly validationSteps: readonly number[];
  /** Shares of the validation images. */
  readonly validationAccuracy: readonly number[];
}

/** As a run trains or has trained here; undefined where it has no step yet. */
export function curveOf({ losses, validationSteps, validationAccuracy }: Curve): RunCurve | undefined {
  const { steps, columns } = losses;
  return steps.length > 0 ? { steps, loss: columns[1]!, validationSteps, validationAccuracy } : undefined;
}

/** A copy with so many points of the loss at most, the last of them always, and digits as a chart shows them. */
export function thinned({ steps, loss, ...validation }: RunCurve, most: number): RunCurve {
  const every = Math.ceil(steps.length / most);
  const last = steps.length - 1;
  const kept = [...steps.keys()].filter((i) => (last - i) % every === 0);
  return {
    steps: kept.map((i) => steps[i]!),
    loss: kept.map((i) => rounded(loss[i]!)),
    validationSteps: [...validation.validationSteps],
    validationAccuracy: validation.validationAccuracy.map(rounded),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** What rising steps have at a step or last had before it; undefined before the first and after the last of them. */
export function valueAt(steps: readonly number[], values: readonly number[], step: number): number | undefined {
  if (step > (steps.at(-1) ?? -1)) return undefined;
  return values[steps.findLastIndex((one) => one <= step)];
}

/** So many steps from the first of some curves to the last, evenly; fewer where there are fewer. */
export function stepsAcross(curves: readonly (readonly number[])[], count: number): number[] {
  const ends = curves.flatMap((steps) => (steps.length > 0 ? [steps[0]!, steps.at(-1)!] : []));
  if (ends.length === 0) return [];
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const all = Array.from({ length: count }, (_, i) => Math.round(first + ((last - first) * i) / (count - 1)));
  return [...new Set(all)];
}
