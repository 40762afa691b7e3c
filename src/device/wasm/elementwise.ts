// How kernels that touch each element once cut their work.
import type { TensorInfo } from '@tensorflow/tfjs';

/** Floats of one work item: long enough to drown the cost of handing it out, short enough to even out threads. */
export const ITEM_FLOATS = 16384;

/** Elements of a tensor. */
export function sizeOf(tensor: TensorInfo): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
