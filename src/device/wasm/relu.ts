// tfjs's Relu, but a NaN is handed on: tfjs's own makes 0 of one whose sign bit is set, such as x86 makes of Inf - Inf.
// Not for other types than float32.
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

/** x -> max(x, 0), of the same shape. */
export const relu: WasmKernel<'Relu'> = ({ x }, _, runtime) => {
  if (x.dtype !== 'float32') return null;
  const size = sizeOf(x);
  const y = runtime.output([...x.shape]);
  const items = Math.ceil(size / ITEM_FLOATS);
  runtime.run('relu', items, { size, sizePerItem: ITEM_FLOATS, ...runtime.addresses({ x, y }) });
  return [y];
};
