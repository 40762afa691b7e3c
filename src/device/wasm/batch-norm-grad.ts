// QatBatchNormGrad: see the contract.
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

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
  runtime.run('batchNormGrad', Math.ceil(channels / 16), {
    ...runtime.addresses({ z, dy, y, divisor, gain, mean, variance, dz, ddivisor, dgain, doffset }),
    rows: sizeOf(z) / channels,
    channels,
    eps,
    relu: Number(relu),
    frozen: Number(frozen),
  });
  return [dz, ddivisor, dgain, doffset];
};
