// Between PyTorch's weight layouts and tfjs's: convolutions OIHW and HWIO, linear [out, in] and [in, out].
// Not for tensors: plain arrays.
import type { Param } from '../core/params';

/** The axes of tfjs's layout in PyTorch's; each permutation is its own reading in both directions. */
const TO_TFJS: Readonly<Record<number, readonly number[]>> = { 1: [0], 2: [1, 0], 4: [2, 3, 1, 0] };
const TO_TORCH: Readonly<Record<number, readonly number[]>> = { 1: [0], 2: [1, 0], 4: [3, 2, 0, 1] };

/** OIHW -> HWIO, [out, in] -> [in, out]; vectors stay. */
export const toTfjs = (param: Param): Param => permute(param, TO_TFJS[param.shape.length]);

/** HWIO -> OIHW, [in, out] -> [out, in]; vectors stay. */
export const toTorch = (param: Param): Param => permute(param, TO_TORCH[param.shape.length]);

/** numpy.transpose(data, axes), copied. */
function permute({ shape, data }: Param, axes: readonly number[]): Param {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const outShape = axes.map((axis) => shape[axis]);
  const outStrides = axes.map((axis) => strides[axis]);
  const out = new Float32Array(data.length);
  const index = outShape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]++;
      from += outStrides[axis];
      if (index[axis] < outShape[axis]) break;
      from -= outStrides[axis] * outShape[axis];
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
}
