// Where the values of a map lie, in three figures. Not for how they are drawn or written.

interface Spread {
  readonly least: number;
  readonly largest: number;
  readonly mean: number;
}

/** @param values one or more */
export function spreadOf(values: ArrayLike<number>): Spread {
  let [least, largest, sum] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]);
    largest = Math.max(largest, values[i]);
    sum += values[i];
  }
  return { least, largest, mean: sum / values.length };
}
