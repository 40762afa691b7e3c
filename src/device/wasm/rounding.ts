// QatSoftWeight and QatRoundingStep: see the contract.
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

/** v, down, step -> y, all of one shape. */
export const softWeight: WasmKernel<'QatSoftWeight'> = ({ v, down, step }, _, runtime) => {
  const y = runtime.output([...v.shape]);
  const size = sizeOf(v);
  const sizes = { size, sizePerItem: ITEM_FLOATS };
  runtime.run('softWeight', Math.ceil(size / ITEM_FLOATS), { ...sizes, ...runtime.addresses({ v, down, step, y }) });
  return [y];
};

/** v, mean, square are changed. */
export const roundingStep: WasmKernel<'QatRoundingStep'> = ({ v, mean, square, g, step }, attrs, runtime) => {
  const { rate, correction, penalty, beta } = attrs;
  const size = sizeOf(v);
  runtime.run('roundingStep', Math.ceil(size / ITEM_FLOATS), {
    ...{ size, sizePerItem: ITEM_FLOATS, rate, correction, penalty, beta },
    ...runtime.addresses({ v, mean, square, g, step }),
  });
  return [];
};
