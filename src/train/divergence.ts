// When a run has left the road: rules on its losses (mean cross-entropy) and on its numbers.
// Not for what to do then: loop.ts.
import { areFinite } from '../core/finite';
import { isUnseen } from '../core/qparams';
import type { TrainState } from './state';

/** The loss of a network that gives each of the classes the same probability. */
export const guessing = (classes: number): number => Math.log(classes);
/** Steps over which the loss is averaged: single batches scatter too much. */
export const WINDOW = 10;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What a run is expected to stay near: guessing, or its first loss where few bits begin higher. */
const level = (losses: readonly number[], classes: number) => Math.max(guessing(classes), losses[0]);

/**
 * Whether the loss runs away: over the last ten steps it is, on average, more than twice that of guessing and more than
 * twice that of the first step. High rates and few bits make a run worse than guessing for a while and it recovers;
 * beyond this mark the network is surer of its mistakes with every step.
 *
 * Before the tenth step, the steps that are missing count as 0, the least a loss can be: true only where the mean of ten
 * will be beyond the mark whatever follows. So a run of few steps is judged too, and none that ten steps would acquit.
 */
export function runsAway(losses: readonly number[], classes: number): boolean {
  const sum = losses.slice(-WINDOW).reduce((sum, loss) => sum + loss, 0);
  return losses.length > 0 && sum / WINDOW > 2 * level(losses, classes);
}

/**
 * Whether the state that the last step left is no result. No later step shows what it is worth, only its loss on the
 * batch that it was made from, taken anew. A single batch may have twice the mean loss (see isCalm), so the mark is twice
 * that of runsAway: four times guessing and four times the first step. Measured on ResNet18 at 2 to 8 bits and batches of
 * 1 to 8: steps that learn leave 4.3 at most; those after which the loss explodes leave 18 and more.
 * @param losses of all steps; @param left the loss on the last batch after its step
 */
export function isLost(losses: readonly number[], left: number, classes: number): boolean {
  return !(left <= 4 * level(losses, classes)) || runsAway([...losses, left], classes);
}

/**
 * Whether the newest loss is that of a state to come back to: no jump, at most twice the mean of the ten before, or not
 * worse than guessing, as single small batches are.
 */
export function isCalm(losses: readonly number[], classes: number): boolean {
  const before = losses.slice(-WINDOW - 1, -1);
  return before.length === 0 || losses[losses.length - 1] <= Math.max(guessing(classes), 2 * mean(before));
}

type Learned = Pick<TrainState, 'params' | 'momentum' | 'statistics' | 'ranges' | 'histograms'>;

/**
 * Whether all that was learned and observed are finite numbers. A step hands on to its loss what it reads, but it does not
 * read everything: running statistics, say, while batch norm takes the batch's own. Ranges that have seen nothing may be
 * infinite.
 */
export function allFinite({ params, momentum, statistics, ranges, histograms }: Learned): boolean {
  const sound = (min: number, max: number) => isUnseen(min, max) || Number.isFinite(max - min);
  for (const { min, max } of ranges.values()) if (!min.every((least, c) => sound(least, max[c]))) return false;
  for (const { min, max } of histograms.values()) if (!sound(min, max)) return false;
  for (const store of [params, momentum, statistics])
    for (const { data } of store.values()) if (!areFinite(data)) return false;
  return true;
}
