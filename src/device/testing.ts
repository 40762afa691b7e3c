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
  return Array.prototype.some.call(wanted, Number.isNaN) ? Infinity : furthest(got, wanted);
}

/** What an output must be. */
export interface Wanted {
  readonly values: ArrayLike<number>;
  /**
   * How far off it may be, as distance has it. 0: equal to the values in float32, but for the sign of 0. A NaN is wanted
   * where there is one, and there alone. Infinity: anything of that length.
   */
  readonly within: number;
  /** Which values count; absent: all. Others may be anything. */
  readonly counts?: (index: number) => boolean;
}

/** How a kernel's outputs compare with those wanted. */
export interface Comparison {
  /** Largest distance of an output over its tolerance: at most 1 passes. Infinite for another number of outputs, or none. */
  readonly worst: number;
  /** Whether a second run gave the same values. */
  readonly repeats: boolean;
}

/** @param first, second outputs of two runs */
export function compareOutputs(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  wanted: readonly Wanted[],
): Comparison {
  const sameCount = wanted.length > 0 && first.length === wanted.length && second.length === wanted.length;
  if (!sameCount) return { worst: Infinity, repeats: false };
  const offs = wanted.map(({ values, within, counts }, i) => {
    if (within === Infinity) return first[i].length === values.length ? 0 : Infinity;
    const off = furthest(first[i], within === 0 ? Float32Array.from(values) : values, counts);
    return off === 0 ? 0 : off / within;
  });
  const repeats = wanted.every(
    ({ within, counts }, i) => within === Infinity || furthest(second[i], first[i], counts) === 0,
  );
  return { worst: Math.max(...offs), repeats };
}

/** As distance, of the values that count; a NaN is like a NaN. */
function furthest(got: ArrayLike<number>, wanted: ArrayLike<number>, counts?: (index: number) => boolean): number {
  if (got.length !== wanted.length) return Infinity;
  let worst = 0;
  let compared = 0;
  for (let i = 0; i < wanted.length; i++) {
    if (counts && !counts(i)) continue;
    compared++;
    const [a, b] = [got[i], wanted[i]];
    const isSame = a === b || (Number.isNaN(a) && Number.isNaN(b));
    const off = isSame ? 0 : Math.abs(a - b) / Math.max(1, Math.abs(b));
    if (!(off <= worst)) worst = Number.isNaN(off) ? Infinity : off;
  }
  return compared > 0 ? worst : Infinity;
}
