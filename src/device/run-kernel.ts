// One call into tfjs's kernel registry, always with a list of outputs.
import * as tf from '@tensorflow/tfjs';

/** tf.customGrad's save argument: keeps tensors for the gradient. */
export type GradSaver = (tensors: tf.Tensor[]) => void;

/** Whether the active backend has a kernel that the contract lets it leave out. */
export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Runs a kernel of the active backend by name, on named tensors or a list of them. */
export function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor> | readonly tf.Tensor[],
  attrs: object,
): tf.Tensor[] {
  const outputs = tf.engine().runKernel(name, inputs as Record<string, tf.Tensor>, attrs as tf.NamedAttrMap) as
    tf.Tensor | tf.Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}
