// QatBatchNormGrad: see the contract.
import { BATCH_NORM_GRAD } from './assembly/ids';
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { f32 } from './runtime';

/** z, dy, y [..., C] and vectors [C] -> [dz, ddivisor, dgain, doffset]. */
export const batchNormGrad: WasmKernel<'QatBatchNormGrad'> = (
  { z, dy, y, divisor, gain, mean, variance },
  { eps, relu, frozen },
  runtime,
) => {
  const channels = gain.shape[0];
  const dz = runtime.output(z.shape);
  const [ddivisor, dgain, doffset] = [
    runtime.output([channels]),
    runtime.output([channels]),
    runtime.output([channels]),
  ];
  runtime.run(BATCH_NORM_GRAD, Math.ceil(channels / 16), [
    ...[z, dy, y].map((tensor) => runtime.address(tensor)),
    ...[sizeOf(z) / channels, channels],
    ...[divisor, gain, mean, variance, dz, ddivisor, dgain, doffset].map((tensor) => runtime.address(tensor)),
    ...[f32(eps), Number(relu), Number(frozen)],
  ]);
  return [dz, ddivisor, dgain, doffset];
};
