// QatBatchNorm: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import { BATCH_NORM, type BatchNormAttrs } from '../contract';
import { BATCH_NORM as BATCH_NORM_ID } from './assembly/ids';
import { sizeOf } from './elementwise';
import type { Kernel } from './kernel';
import { f32 } from './runtime';

type Inputs = Record<'z' | 'divisor' | 'gain' | 'offset' | 'mean' | 'variance', TensorInfo>;

/** z [..., C] and vectors [C] -> [y, mean, variance]. */
export const batchNorm: Kernel<Inputs, BatchNormAttrs> = {
  name: BATCH_NORM,
  run(runtime, { z, divisor, gain, offset, mean, variance }, { eps, relu, frozen }) {
    const channels = gain.shape[0];
    const y = runtime.output(z.shape);
    const usedMean = runtime.output([channels]);
    const usedVariance = runtime.output([channels]);
    if (frozen) {
      runtime.floats(usedMean).set(runtime.floats(mean));
      runtime.floats(usedVariance).set(runtime.floats(variance));
    }
    runtime.run(BATCH_NORM_ID, Math.ceil(channels / 16), [
      ...[runtime.address(z), sizeOf(z) / channels, channels],
      ...[divisor, gain, offset, usedMean, usedVariance, y].map((tensor) => runtime.address(tensor)),
      ...[f32(eps), Number(relu), Number(frozen)],
    ]);
    return [y, usedMean, usedVariance];
  },
};
