// Bars side by side as one path of an SVG. Not for what they stand for.

/** @param values from 0 up, not all 0 @param width of all of them @param base where they stand, y of an SVG @param tallest the largest one's height */
export function barsPath(values: readonly number[], width: number, base: number, tallest: number): string {
  const top = Math.max(...values);
  const each = width / values.length;
  return values
    .map((value, i) => {
      const height = (value / top) * tallest;
      return `M${(i * each).toFixed(1)} ${base}v${(-height).toFixed(1)}h${each.toFixed(2)}V${base}z`;
    })
    .join('');
}
