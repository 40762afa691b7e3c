// Runs a FloatModel over images: predictions of a split, activations for calibration. Not for integers: src/engine.
import { areFinite, diverged } from '../core/finite';
import type { Calibration } from '../quant/methods/calibration';
import { normalizeImages } from '../data/normalize';
import type { ImageSource, Split } from '../data/source';
import { agreement, predictions } from '../report/accuracy';
import type { Evaluation } from '../report/types';
import { FloatModel } from './float-model';
import { imagesTensor } from './images-tensor';
import { outputsOf } from './outputs';
import { tidy } from '../device/tidy';

const BATCH = 250;

/** Logits [n * classes] of n normalised NHWC images. @throws PlaygroundError 'diverged' when one is not finite */
export async function logitsOf(model: FloatModel, x: Float32Array): Promise<Float32Array> {
  const logits = tidy(() => model.predict(imagesTensor(x, model.graph)));
  try {
    const values = (await logits.data()) as Float32Array;
    if (!areFinite(values)) throw diverged('The network gives values that are no finite numbers.');
    return values;
  } finally {
    logits.dispose();
  }
}

/** Top-1 over the first `images` images of a split. @param onDone called with the number of images seen so far */
export async function evaluate(
  model: FloatModel,
  data: ImageSource,
  split: Split,
  images: number,
  onDone: (done: number) => void = () => {},
): Promise<Evaluation> {
  const predicted = new Uint8Array(images);
  const labels = new Uint8Array(images);
  for (let start = 0; start < images; start += BATCH) {
    const n = Math.min(BATCH, images - start);
    const batch = await data.images(split, start, n);
    const logits = await logitsOf(model, normalizeImages(batch.pixels, data.spec));
    predicted.set(predictions(logits, logits.length / n), start);
    labels.set(batch.labels, start);
    onDone(start + n);
  }
  return { accuracy: agreement(predicted, labels), images, labels, predictions: predicted };
}

/** Post-training calibration: the float network sees the batches, and watchers what they watch of its outputs. */
export async function calibrate(
  { graph, params, watchers }: Pick<Calibration, 'graph' | 'params' | 'watchers'>,
  batches: AsyncIterable<Float32Array>,
): Promise<void> {
  const model = new FloatModel(graph, params);
  try {
    for await (const x of batches)
      for await (const [id, values] of outputsOf(model, x, watchers))
        for (const watcher of watchers.get(id)!) watcher.observe(values);
  } finally {
    model.dispose();
  }
}
