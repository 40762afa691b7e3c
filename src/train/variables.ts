// Variables on the device, and what is in them, in PyTorch's layouts. Not for which there are: state.ts, optimizers, averages.
import * as tf from '@tensorflow/tfjs';
import type { Param, ParamStore } from '../core/params';
import { toTorch } from './layout';

/** A variable that owns its tensor, which is used up. */
export function variableOf<R extends tf.Rank>(tensor: tf.Tensor<R>, trainable = false): tf.Variable<R> {
  const variable = tf.variable(tensor, trainable);
  tensor.dispose();
  return variable;
}

/** @param variables by name, in tfjs's layout */
export async function readVariables(variables: ReadonlyMap<string, tf.Variable>): Promise<ParamStore> {
  const params = new Map<string, Param>();
  for (const [name, variable] of variables)
    params.set(name, toTorch({ shape: variable.shape, data: (await variable.data<'float32'>()).slice() }));
  return params;
}
