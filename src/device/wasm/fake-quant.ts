// QatFakeQuant: see the contract.
import { fakeQuantArgs } from './fake-quant-args';
import type { WasmKernel } from './kernel';

/** x [..., C], range [2, 1] or [2, C] -> fake-quantized x. */
export const fakeQuant: WasmKernel<'QatFakeQuant'> = ({ x, range }, attrs, runtime) => {
  const y = runtime.output(x.shape);
  const { items, args } = fakeQuantArgs(runtime, x, null, y, range, attrs);
  runtime.run('fakeQuant', items, args);
  return [y];
};
