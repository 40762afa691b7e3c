// One call into tfjs's kernel registry, with the types of the contract and always a list of outputs.
import * as tf from '@tensorflow/tfjs';
import type { KernelName, KernelTypes, OptionalKernel } from './contract';

/** tf.customGrad's save argument: keeps tensors for the gradient. */
export type GradSaver = (tensors: tf.Tensor[]) => void;

/** Whether the active backend has a kernel that the contract lets it leave out. */
export const hasKernel = (name: OptionalKernel): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Runs a kernel of the active backend. */
export function runKernel<K extends KernelName>(
  name: K,
  inputs: KernelTypes<tf.Tensor>[K]['inputs'],
  attrs: KernelTypes<tf.Tensor>[K]['attrs'],
): KernelTypes<tf.Tensor>[K]['outputs'] {
  const outputs: unknown = tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
  return (Array.isArray(outputs) ? outputs : [outputs]) as KernelTypes<tf.Tensor>[K]['outputs'];
}
