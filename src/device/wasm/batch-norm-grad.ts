// QatBatchNormGrad: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import { BATCH_NORM_GRAD, type BatchNormAttrs } from '../contract';
import { BATCH_NORM_GRAD as BATCH_NORM_GRAD_ID } from './assembly/ids';
import { sizeOf } from './elementwise';
import type { Kernel } from './kernel';
import { f32 } from './runtime';

type Inputs = Record<'z' | 'dy' | 'y' | 'divisor' | 'gain' | 'offset' | 'mean' | 'variance', TensorInfo>;

/** z, dy, y [..., C] and vectors [C] -> [dz, ddivisor, dgain, doffset]. */
export const batchNormGrad: Kernel<Inputs, BatchNormAttrs> = {
  name: BATCH_NORM_GRAD,
  run(runtime, { z, dy, y, divisor, gain, mean, variance }, { eps, relu, frozen }) {
    const channels = gain.shape[0];
    const dz = runtime.output(z.shape);
    const vectors = [0, 1, 2].map(() => runtime.output([channels]));
    runtime.run(BATCH_NORM_GRAD_ID, Math.ceil(channels / 16), [
      ...[z, dy, y].map((tensor) => runtime.address(tensor)),
      ...[sizeOf(z) / channels, channels],
      ...[divisor, gain, mean, variance, dz, ...vectors].map((tensor) => runtime.address(tensor)),
      ...[f32(eps), Number(relu), Number(frozen)],
    ]);
    return [dz, ...vectors];
  },
};
