// tfjs's MaxPoolGrad. The whole gradient of a window goes to its first maximum, as in PyTorch.
import { poolShape } from '../pool-shape';
import { MAX_POOL_GRAD } from './assembly/ids';
import type { WasmKernel } from './kernel';
import { poolArgs } from './pool-args';

/** dy and output [n,oh,ow,c], input [n,h,w,c] -> dx as input. */
export const maxPoolGrad: WasmKernel<'MaxPoolGrad'> = ({ dy, input, output }, attrs, runtime) => {
  const s = poolShape(input.shape, attrs);
  const dx = runtime.output(input.shape);
  runtime.run(MAX_POOL_GRAD, s.n, [
    ...poolArgs(s),
    ...[input, output, dy, dx].map((tensor) => runtime.address(tensor)),
  ]);
  return [dx];
};
