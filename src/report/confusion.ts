// Confusion matrices: how many images of each class a model takes for which, and what one model does less another.
// Not for classifying (workers do that) nor for single figures of a model: accuracy.ts.
import type { Classified } from './classified';

/** A place in a matrix: images of one class, taken for another one or for their own. */
export interface Cell {
  readonly label: number;
  readonly predicted: number;
}

export interface Confusion {
  readonly classes: number;
  /** Images [classes * classes]: row by row what they are, along a row what they were taken for; of a difference below 0 too. */
  readonly counts: Int32Array;
}

/** @param classes labels and predictions are below it */
export function confusion({ labels, predictions }: Classified, classes: number): Confusion {
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]! * classes + predictions[i]!]!++;
  return { classes, counts };
}

/** How many more images a model has in each cell than another, of the same classes. */
export const confusionDifference = (a: Confusion, b: Confusion): Confusion => ({
  classes: a.classes,
  counts: a.counts.map((count, i) => count - b.counts[i]!),
});

/** Images in one cell of a matrix. */
export const countAt = ({ classes, counts }: Confusion, { label, predicted }: Cell): number =>
  counts[label * classes + predicted]!;

/** Which images lie in a cell: whether the image at an index does. */
export const liesIn = ({ labels, predictions }: Classified, { label, predicted }: Cell, index: number): boolean =>
  labels[index] === label && predictions[index] === predicted;
