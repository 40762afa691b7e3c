// tfjs's MaxPoolGrad. The whole gradient of a window goes to its first maximum, as in PyTorch.
import type { TensorInfo } from '@tensorflow/tfjs';
import { poolShape, type PoolAttrs } from '../webgpu/pool-shape';
import { MAX_POOL_GRAD } from './assembly/ids';
import type { Kernel } from './kernel';

/** dy and output [n,oh,ow,c], input [n,h,w,c] -> dx as input. */
export const maxPoolGrad: Kernel<Record<'dy' | 'input' | 'output', TensorInfo>, PoolAttrs> = {
  name: 'MaxPoolGrad',
  run(runtime, { dy, input, output }, attrs) {
    const s = poolShape(input.shape, attrs);
    const dx = runtime.output(input.shape);
    runtime.run(MAX_POOL_GRAD, s.n, [
      ...[input, output, dy, dx].map((tensor) => runtime.address(tensor)),
      ...[s.h, s.w, s.c, s.oh, s.ow, s.kh, s.kw, s.sh, s.sw, s.padTop, s.padLeft],
    ]);
    return dx;
  },
};
