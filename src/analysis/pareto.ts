// The Pareto front of what networks take and how good they are. Not for making points: search.ts.

export interface Point {
  /** Bytes or a time; less is better. */
  readonly cost: number;
  readonly accuracy: number;
}

/**
 * The points of which none other is as cheap or cheaper and as accurate or more, from the cheapest up: both rise from one
 * to the next. Of points that are alike the first; none whose accuracy is NaN.
 */
export function paretoFront<P extends Point>(points: readonly P[]): P[] {
  const front: P[] = [];
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.accuracy - a.accuracy))
    if (point.accuracy > (front.at(-1)?.accuracy ?? -Infinity)) front.push(point);
  return front;
}
