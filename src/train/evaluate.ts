// Runs a FloatModel over images: predictions of a split, activations for calibration. Not for integers: src/engine.
import * as tf from '@tensorflow/tfjs';
import type { ObservedRange } from '../core/qparams';
import { createObserver, type Observer } from '../quant/observers';
import type { QatGraph } from '../quant/types';
import { predictions } from '../report/accuracy';
import { FloatModel } from './float-model';
import type { ParamStore } from '../core/params';

const IMAGE = [32, 32, 3] as const;
const PIXELS = 32 * 32 * 3;

/** Logits [n * 10] of n normalised NHWC images. */
export async function logitsOf(model: FloatModel, x: Float32Array): Promise<Float32Array> {
  const images = tf.tensor4d(x, [x.length / PIXELS, ...IMAGE]);
  const logits = model.predict(images);
  const values = (await logits.data()) as Float32Array;
  tf.dispose([images, logits]);
  return values;
}

/** Predicted classes of n normalised images. */
export async function predict(model: FloatModel, x: Float32Array): Promise<Uint8Array> {
  const logits = await logitsOf(model, x);
  return predictions(logits, (logits.length * PIXELS) / x.length);
}

/**
 * Post-training calibration: the float model sees the batches, the qconfig's activation observers watch.
 * @returns activation ranges by node id; weights are observed at conversion
 */
export async function calibrate(
  graph: QatGraph,
  params: ParamStore,
  batches: AsyncIterable<Float32Array>,
): Promise<ReadonlyMap<string, ObservedRange>> {
  const observers = new Map<string, Observer>(
    Object.entries(graph.quant).flatMap(([id, { activation }]) =>
      activation ? [[id, createObserver(activation, 1)] as const] : [],
    ),
  );
  // The model itself must not simulate: calibration watches the float network.
  const model = new FloatModel({ name: graph.name, nodes: graph.nodes }, params);
  try {
    for await (const x of batches) {
      const watched: [Observer, tf.Tensor][] = [];
      const images = tf.tensor4d(x, [x.length / PIXELS, ...IMAGE]);
      const logits = model.predict(images, (id, output) => {
        const observer = observers.get(id);
        if (observer) watched.push([observer, tf.keep(tf.clone(output))]);
      });
      for (const [observer, output] of watched) {
        observer.observe((await output.data()) as Float32Array);
        output.dispose();
      }
      tf.dispose([images, logits]);
    }
  } finally {
    model.dispose();
  }
  return new Map(
    [...observers].flatMap(([id, observer]) => {
      const range = observer.range();
      return range ? [[id, range] as const] : [];
    }),
  );
}
