// The last layer of a network trained anew for other classes: what the layers before it make of the training images, and
// softmax regression on that. Not for the regression: src/train/softmax-regression.ts.
import { macrotask } from '../core/macrotask';
import { normalizeImages } from '../data/normalize';
import type { ImageSource } from '../data/source';
import { fuse } from '../graph/fuse';
import type { LinearNode } from '../graph/types';
import type { ModelSpec } from '../model/model-spec';
import { FloatModel } from '../train/float-model';
import { outputsOf } from '../train/outputs';
import { MOST_ITERATIONS, softmaxRegression, type Regression } from '../train/softmax-regression';

const BATCH = 100;

type OnPart = (done: number, total: number) => void;

/**
 * @param model whose last layer is not looked at @param onDevice runs work that uses the device
 * @param onImages told of images whose features are there @param onSteps then of steps of the regression, of the most there may be
 * @returns the layer for the classes of the images
 */
export async function trainLastLayer(
  model: ModelSpec,
  images: ImageSource,
  onDevice: <T>(work: () => Promise<T>) => Promise<T>,
  onImages: OnPart,
  onSteps: OnPart,
): Promise<Regression> {
  const { values, labels } = await onDevice(() => featuresOf(model, images, onImages));
  const steps = softmaxRegression({ values, labels, classes: images.spec.classes.length });
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    onSteps(value.iteration, MOST_ITERATIONS);
    await macrotask();
  }
}

async function featuresOf(model: ModelSpec, images: ImageSource, onImages: OnPart) {
  const { graph } = fuse(model.graph);
  const last = graph.nodes[graph.nodes.length - 1] as LinearNode;
  const before = last.inputs[0];
  const total = images.size('train');
  const values = new Float32Array(total * last.inFeatures);
  const labels = new Uint8Array(total);
  const float = new FloatModel(graph, model.params);
  try {
    for (let start = 0; start < total; start += BATCH) {
      const count = Math.min(BATCH, total - start);
      const batch = await images.images('train', start, count);
      labels.set(batch.labels, start);
      for await (const [, output] of outputsOf(float, normalizeImages(batch.pixels, images.spec), new Set([before])))
        values.set(output, start * last.inFeatures);
      onImages(start + count, total);
    }
  } finally {
    float.dispose();
  }
  return { values, labels };
}
