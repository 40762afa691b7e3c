// One call of a kernel and what must come of it on every backend: the table's row. Wanted values come from ../reference.
// Not for running it (run.ts), and no tfjs.
import { elements } from '../../core/params';
import type { KernelName, KernelTypes } from '../contract';
import { noise, type Wanted } from '../testing';

/** Values and shape of an input; float32 to the bit, NaNs of any kind too. */
export interface Given {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

interface CaseOf<K extends KernelName> {
  readonly name: string;
  readonly kernel: K;
  readonly inputs: KernelTypes<Given>[K]['inputs'];
  readonly attrs: KernelTypes<Given>[K]['attrs'];
  /** One of each output. */
  readonly wanted: Readonly<KernelTypes<Wanted>[K]['outputs']>;
  /** Of a kernel that takes a list and changes it: what each entry is afterwards. */
  readonly changed?: readonly Wanted[];
  /** Where ranges lie on the host, the call is refused instead. */
  readonly refusedOnHost?: boolean;
}
export type KernelCase = { readonly [K in KernelName]: CaseOf<K> }[KernelName];
/** Cases are made as they are run: together they would fill the memory. */
export type Cases = Iterable<KernelCase>;

/** Values of a shape; by default a vector of them all. */
export function given(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Given {
  return { values: values instanceof Float32Array ? values : Float32Array.from(values), shape };
}

/** Reproducible noise of a shape. */
export const random = (shape: readonly number[], seed: number): Given => given(noise(elements(shape), seed), shape);

/** The same of means of squares. */
export const squares = (shape: readonly number[], seed: number): Given =>
  given(
    noise(elements(shape), seed).map((each) => each * each + 1e-3),
    shape,
  );

/** Codes, ranges and maxima: to the bit, but for the sign of 0 and a NaN's kind. */
export const exactly = (values: ArrayLike<number>): Wanted => ({ values, within: 0 });

/** Relative to max(1, |wanted|). */
export const within = (tolerance: number, values: ArrayLike<number>): Wanted => ({ values, within: tolerance });

/**
 * Float32 sums of so many products of values about 1, against float64: each addition rounds by up to 2^-24 of the sum so
 * far, at random, so that the error grows with the root of their number; 5e-7 is eight times that, for the worst of a
 * map's many sums.
 */
export const sumOf = (terms: number, values: ArrayLike<number>): Wanted =>
  within(5e-7 * Math.sqrt(terms) + 1e-6, values);

/** [2, ranges]: has seen nothing. */
export const unseen = (ranges: number): Float32Array =>
  new Float32Array(2 * ranges).fill(Infinity).fill(-Infinity, ranges);

/** As kernels take a range: [2, channels] or [2, 1]. */
export const givenRange = (values: Float32Array): Given => given(values, [2, values.length / 2]);

/** NaNs of both signs, quiet and signalling, as bits: a number of JavaScript has but one NaN. */
export const NANS = [0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff].map(
  (bits) => new Float32Array(Uint32Array.of(bits).buffer),
);

/** A copy with a NaN, or another value, in one place. */
export function holed(values: Float32Array, at: number, hole: Float32Array): Float32Array {
  const copy = values.slice();
  new Uint32Array(copy.buffer)[at] = new Uint32Array(hole.buffer)[0];
  return copy;
}
