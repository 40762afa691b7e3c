// When a run has left the road: rules on its losses (mean cross-entropy over ten classes). Not for what to do then: loop.ts.

/** The loss of a network that gives each of the ten classes the same probability. */
export const GUESSING = Math.log(10);
/** Steps over which the loss is averaged: single batches scatter too much. */
export const WINDOW = 10;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Whether the loss runs away: over the last ten steps it is, on average, more than twice that of guessing and more than
 * twice that of the first step. High rates and few bits make a run worse than guessing for a while and it recovers;
 * beyond this mark the network is surer of its mistakes with every step. False before the tenth step.
 */
export function runsAway(losses: readonly number[]): boolean {
  return losses.length >= WINDOW && mean(losses.slice(-WINDOW)) > 2 * Math.max(GUESSING, losses[0]);
}

/**
 * Whether the newest loss is that of a state to come back to: no jump, at most twice the mean of the ten before, or not
 * worse than guessing, as single small batches are.
 */
export function isCalm(losses: readonly number[]): boolean {
  const before = losses.slice(-WINDOW - 1, -1);
  return before.length === 0 || losses[losses.length - 1] <= Math.max(GUESSING, 2 * mean(before));
}
