// How much is done about oscillating weights, over a training: Nagel et al. 2022, whose cosines these are, from their own
// settings. Not for doing it: dampening.ts, oscillations.ts.

/** Weight of the dampening loss at the end; it begins with none. */
const DAMPENING = 0.1;
/** Frequencies above which a weight is held, at first and at the end. */
const HELD_ABOVE = { first: 0.1, last: 0.01 };

/** @param share of the steps that are done, 0..1 */
export const dampening = (share: number): number => DAMPENING * risen(share);

/** @param share of the steps that are done, 0..1 */
export const holdingThreshold = (share: number): number =>
  HELD_ABOVE.first + (HELD_ABOVE.last - HELD_ABOVE.first) * risen(share);

/** From 0 to 1 along half a cosine. */
const risen = (share: number): number => (1 - Math.cos(Math.PI * share)) / 2;
