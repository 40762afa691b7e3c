// QatFakeQuantGrad: see the contract.
import { fakeQuantArgs } from './fake-quant-args';
import type { WasmKernel } from './kernel';

/** x, dy [..., C], range [2, 1] or [2, C] -> dx. */
export const fakeQuantGrad: WasmKernel<'QatFakeQuantGrad'> = ({ x, dy, range }, attrs, runtime) => {
  const dx = runtime.output(x.shape);
  const { items, args } = fakeQuantArgs(runtime, x, dy, dx, range, attrs);
  runtime.run('fakeQuantGrad', items, args);
  return [dx];
};
