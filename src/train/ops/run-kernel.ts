// One call into tfjs's kernel registry, always with a list of outputs.
import * as tf from '@tensorflow/tfjs';

/** tf.customGrad's save argument: keeps tensors for the gradient. */
export type GradSaver = (tensors: tf.Tensor[]) => void;

/** Runs a kernel of the active backend by name. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] {
  const outputs = tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}
