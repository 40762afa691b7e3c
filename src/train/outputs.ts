// The outputs of single nodes of a FloatModel on one batch. Not for its logits alone: evaluate.ts.
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../device/tidy';
import type { FloatModel } from './float-model';
import { imagesTensor } from './images-tensor';

/**
 * Reads one output after another; all are freed when the caller stops.
 * @param x images, normalised, NHWC @param ids of the nodes whose outputs are asked for
 * @returns id and values, NHWC, in the graph's order @throws PlaygroundError as imagesTensor
 */
export async function* outputsOf(
  model: FloatModel,
  x: Float32Array,
  ids: Pick<ReadonlySet<string>, 'has'>,
): AsyncGenerator<readonly [id: string, values: Float32Array]> {
  const outputs: [string, tf.Tensor][] = [];
  tidy(() => {
    model.predict(imagesTensor(x, model.graph), (id, output) => {
      if (ids.has(id)) outputs.push([id, tf.keep(tf.clone(output))]);
    });
  });
  try {
    for (const [id, output] of outputs) yield [id, (await output.data()) as Float32Array];
  } finally {
    tf.dispose(outputs.map(([, output]) => output));
  }
}
