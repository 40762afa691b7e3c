// The learning rates chosen for a run, step by step: recorded as changes, to be taken again by its control.
// Not for choosing one, which the visitor does, nor for the share of it that a step takes: annealing.ts.

/** From the step that follows `step` steps on, until the next change. Plain data. */
export interface RateChange {
  readonly step: number;
  readonly rate: number;
}
/** In order; the first change stands at step 0, before anything was trained it is empty. */
export type Schedule = readonly RateChange[];

/** Adds the rate of the step that follows `step` steps, where it differs from the one before. */
export function recordRate(schedule: RateChange[], step: number, rate: number): void {
  if (schedule.at(-1)?.rate !== rate) schedule.push({ step, rate });
}

/** The rate of the step that follows `step` steps. @param schedule with at least one change */
export const rateAt = (schedule: Schedule, step: number): number =>
  schedule.findLast((change) => change.step <= step)!.rate;

/** What the first `step` steps took. */
export const rateChangesUpTo = (schedule: Schedule, step: number): RateChange[] =>
  schedule.filter((change) => change.step < step);
