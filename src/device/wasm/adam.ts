// QatAdam: see the contract.
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

/** w, mean, square are changed. */
export const adam: WasmKernel<'QatAdam'> = ({ w, mean, square, g }, { rate, correction, weightDecay }, runtime) => {
  const size = sizeOf(w);
  runtime.run('adam', Math.ceil(size / ITEM_FLOATS), {
    ...{ size, sizePerItem: ITEM_FLOATS, rate, correction, weightDecay },
    ...runtime.addresses({ w, mean, square, g }),
  });
  return [];
};
