// tfjs's MaxPoolGrad. The whole gradient of a window goes to its first maximum, as in PyTorch.
import type { TensorInfo } from '@tensorflow/tfjs';
import { poolShape, type PoolAttrs } from '../pool-shape';
import { MAX_POOL_GRAD } from './assembly/ids';
import type { Kernel } from './kernel';
import { poolArgs } from './pool-args';

/** dy and output [n,oh,ow,c], input [n,h,w,c] -> dx as input. */
export const maxPoolGrad: Kernel<Record<'dy' | 'input' | 'output', TensorInfo>, PoolAttrs> = {
  name: 'MaxPoolGrad',
  run(runtime, { dy, input, output }, attrs) {
    const s = poolShape(input.shape, attrs);
    const dx = runtime.output(input.shape);
    runtime.run(MAX_POOL_GRAD, s.n, [
      ...poolArgs(s),
      ...[input, output, dy, dx].map((tensor) => runtime.address(tensor)),
    ]);
    return dx;
  },
};
