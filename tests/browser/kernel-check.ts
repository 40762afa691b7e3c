// Runs a kernel in the page and says how far off it was, in units of its case's tolerance. Not for the cases.
import * as tf from '@tensorflow/tfjs';
import { compareOutputs, type Comparison } from '../../src/device/testing';
import type { Numbers } from './webgpu-reference';

export interface Outcome extends Comparison {
  readonly name: string;
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

/** Elements of a tensor. */
export const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

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
  const [first, second] = [await run(), await run()];
  const leaked = tf.memory().numTensors !== tensors;
  const { worst, repeats } = compareOutputs(first, second, wanted, tolerance);
  if (typeof inputs !== 'function') tf.dispose(inputs);
  return { name, worst: leaked ? Infinity : worst, repeats };
}
