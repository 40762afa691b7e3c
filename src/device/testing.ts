// What every test of kernels shares, in Node and in a browser: reproducible numbers, and how far outputs are from those
// wanted. Nothing compared is infinitely far: a comparison cannot pass for want of values. Not for running kernels.

/** Reproducible numbers, roughly normal. */
export function noise(size: number, seed: number): Float32Array {
  let state = seed * 2654435761 + 12345;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: size }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

/** Largest |got - wanted| / max(1, |wanted|); infinite for no values, another length or NaN. */
export function distance(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (wanted.length === 0 || got.length !== wanted.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const off = got[i] === wanted[i] ? 0 : Math.abs(got[i] - wanted[i]) / Math.max(1, Math.abs(wanted[i]));
    if (!(off <= worst)) worst = Number.isNaN(off) ? Infinity : off;
  }
  return worst;
}

/** How a kernel's outputs compare with those wanted. */
export interface Comparison {
  /** Largest distance of an output over the tolerance: at most 1 passes. Infinite for another number of outputs, or none. */
  readonly worst: number;
  /** Whether a second run gave the same values. */
  readonly repeats: boolean;
}

/**
 * @param first, second outputs of two runs; @param wanted where it is NaN, an output may hold anything
 */
export function compareOutputs(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  wanted: readonly ArrayLike<number>[],
  tolerance: number,
): Comparison {
  const sameCount = wanted.length > 0 && first.length === wanted.length && second.length === wanted.length;
  if (!sameCount) return { worst: Infinity, repeats: false };
  const judged = (values: ArrayLike<number>, i: number) =>
    values.length === wanted[i].length ? Array.from(values).filter((_, at) => !Number.isNaN(wanted[i][at])) : [];
  const worst = Math.max(...wanted.map((want, i) => distance(judged(first[i], i), judged(want, i)) / tolerance));
  const repeats = first.every((values, i) => distance(judged(second[i], i), judged(values, i)) === 0);
  return { worst, repeats };
}
