// The one definition of rounding: to nearest, ties to even (IEEE 754 roundTiesToEven).
// Not for rounding to decimals or for display.

/** Nearest integer, ties to even; NaN and infinities pass through. Exact for every double. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const diff = x - floor;
  if (diff < 0.5) return floor;
  if (diff > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
