// Curves of any length in a bounded number of points: beyond the bound neighbours are joined into means, so adding a
// point costs the same at step 100,000 as at step 1. Not for drawing.

/** Points at most; a chart is some hundred pixels wide. */
export const MOST_POINTS = 2048;

/** Columns of values over rising steps. The last point may stand for fewer steps than the others. */
export class Thinned {
  /** The last step of each point. */
  readonly steps: number[] = [];
  /** Means of each column over the steps of each point. */
  readonly columns: readonly number[][];
  /** Steps that a point stands for: a power of two. */
  width = 1;
  /** Steps in the last point. */
  private filled = 0;

  constructor(columns: number) {
    this.columns = Array.from({ length: columns }, () => []);
  }

  add(step: number, values: readonly number[]): void {
    if (this.steps.length === 0 || this.filled === this.width) this.begin();
    this.filled++;
    const last = this.steps.length - 1;
    this.steps[last] = step;
    this.columns.forEach((column, i) => (column[last]! += (values[i]! - column[last]!) / this.filled));
  }

  clear(): void {
    for (const list of [this.steps, ...this.columns]) list.length = 0;
    this.width = 1;
    this.filled = 0;
  }

  private begin(): void {
    if (this.steps.length === MOST_POINTS) this.joinPairs();
    for (const list of [this.steps, ...this.columns]) list.push(0);
    this.filled = 0;
  }

  /** All points are full here, so that the mean of two means is the mean of their steps. */
  private joinPairs(): void {
    const half = MOST_POINTS / 2;
    for (let i = 0; i < half; i++) {
      this.steps[i] = this.steps[2 * i + 1]!;
      for (const column of this.columns) column[i] = (column[2 * i]! + column[2 * i + 1]!) / 2;
    }
    for (const list of [this.steps, ...this.columns]) list.length = half;
    this.width *= 2;
  }
}
