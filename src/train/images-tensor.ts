// Images on the device, in the shape that a network takes. Not for normalising them: src/data.
import * as tf from '@tensorflow/tfjs';
import { PlaygroundError } from '../core/errors';
import { areFinite } from '../core/finite';
import { inputShape } from '../graph/graph';
import type { Graph } from '../graph/types';

/**
 * @param x any number of images, float32 NHWC, normalised; @returns [N, h, w, c]
 * @throws PlaygroundError 'diverged' for a pixel that is not finite: where ranges are frozen an infinite one would be
 * clamped, and nobody would hear of it
 */
export function imagesTensor(x: Float32Array, graph: Graph): tf.Tensor4D {
  if (!areFinite(x))
    throw new PlaygroundError('diverged', 'A picture holds values that are no numbers.', 'Choose other pictures.');
  const { h, w, c } = inputShape(graph);
  return tf.tensor4d(x, [x.length / (h * w * c), h, w, c]);
}
