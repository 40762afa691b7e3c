// The outputs of single nodes of a FloatModel on one batch. Not for its logits alone: evaluate.ts.
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../device/tidy';
import type { FloatModel } from './float-model';
import { imagesTensor } from './images-tensor';

type Ids = Pick<ReadonlySet<string>, 'has'>;
type Outputs = AsyncGenerator<readonly [id: string, values: Float32Array]>;

/**
 * Reads one output after another; all are freed when the caller stops.
 * @param x images, normalised, NHWC @param ids of the nodes whose outputs are asked for
 * @returns id and values, NHWC, in the graph's order @throws PlaygroundError as imagesTensor
 */
export const outputsOf = (model: FloatModel, x: Float32Array, ids: Ids): Outputs =>
  read(model, x, ids, (output) => output);

/** The same as they were before they were fake-quantized: what is rounded to codes. */
export const sumsOf = (model: FloatModel, x: Float32Array, ids: Ids): Outputs =>
  read(model, x, ids, (_, before) => before);

async function* read(
  model: FloatModel,
  x: Float32Array,
  ids: Ids,
  which: (output: tf.Tensor, before: tf.Tensor) => tf.Tensor,
): Outputs {
  const outputs: [string, tf.Tensor][] = [];
  tidy(() => {
    model.predict(imagesTensor(x, model.graph), (id, output, before) => {
      if (ids.has(id)) outputs.push([id, tf.keep(tf.clone(which(output, before)))]);
    });
  });
  try {
    for (const [id, output] of outputs) yield [id, (await output.data()) as Float32Array];
  } finally {
    tf.dispose(outputs.map(([, output]) => output));
  }
}
