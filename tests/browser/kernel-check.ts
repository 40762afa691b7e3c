// Runs a kernel in the page and says how far off it was, in units of its case's tolerance. Not for the cases.
import * as tf from '@tensorflow/tfjs';
import type { Numbers } from './webgpu-reference';

export interface Outcome {
  readonly name: string;
  /** Largest difference over tolerance; at most 1 passes. */
  readonly worst: number;
  /** Whether a second run gave the same bits. */
  readonly repeats: boolean;
}

/** Runs a kernel by its name, on named tensors or a list; every output's values. */
export async function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor> | readonly tf.Tensor[],
  attrs: object,
): Promise<Float32Array[]> {
  const named = inputs as Record<string, tf.Tensor>;
  const out = tf.engine().runKernel(name, named, attrs as Parameters<ReturnType<typeof tf.engine>['runKernel']>[2]);
  const tensors = (Array.isArray(out) ? out : [out]) as tf.Tensor[];
  const values = await Promise.all(tensors.map((t) => t.data<'float32'>()));
  tensors.forEach((t) => t.dispose());
  return values;
}

/** Reproducible numbers, roughly normal. */
export function noise(size: number, seed: number): Float32Array {
  let state = seed * 2654435761 + 12345;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: size }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

/** Elements of a tensor. */
export const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
/** Largest |got - wanted| over tolerance * max(1, |wanted|). NaN is infinitely far, but anything may be where it is wanted. */
export function distance(got: Numbers, wanted: Numbers, tolerance: number): number {
  if (got.length !== wanted.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const off =
      got[i] === wanted[i] || Number.isNaN(wanted[i])
        ? 0
        : Math.abs(got[i] - wanted[i]) / (tolerance * Math.max(1, Math.abs(wanted[i])));
    worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
  }
  return worst;
}

export type Tensors = Record<string, tf.Tensor>;

/** Runs twice, on inputs made anew if one is used up, compares with the wanted outputs and frees the inputs. */
export async function check(
  name: string,
  kernel: string,
  inputs: Tensors | (() => Tensors),
  attrs: object,
  wanted: Numbers[],
  tolerance: number,
): Promise<Outcome> {
  const tensors = tf.memory().numTensors;
  const run = async () => {
    if (typeof inputs !== 'function') return runKernel(kernel, inputs, attrs);
    const made = inputs();
    const values = await runKernel(kernel, made, attrs);
    tf.dispose(made);
    return values;
  };
  const first = await run();
  const second = await run();
  const leaked = tf.memory().numTensors !== tensors;
  const worst = leaked ? Infinity : Math.max(...wanted.map((w, i) => distance(first[i], w, tolerance)));
  const settled = (values: Numbers, i: number) =>
    Array.from(wanted[i], (w, at) => (Number.isNaN(w) ? NaN : values[at]));
  const repeats = first.every((values, i) => distance(second[i], settled(values, i), 1e-30) === 0);
  if (typeof inputs !== 'function') tf.dispose(inputs);
  return { name, worst, repeats };
}
