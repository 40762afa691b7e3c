// The Pareto front of size and accuracy. Not for making points: search.ts.

export interface Point {
  readonly bytes: number;
  readonly accuracy: number;
}

/**
 * The points of which none other is as small or smaller and as accurate or more, from the smallest up: both rise from one
 * to the next. Of points that are alike the first; none whose accuracy is NaN.
 */
export function paretoFront<P extends Point>(points: readonly P[]): P[] {
  const front: P[] = [];
  for (const point of [...points].sort((a, b) => a.bytes - b.bytes || b.accuracy - a.accuracy))
    if (point.accuracy > (front.at(-1)?.accuracy ?? -Infinity)) front.push(point);
  return front;
}
