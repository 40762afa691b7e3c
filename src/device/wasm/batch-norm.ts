// QatBatchNorm: see the contract.
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';

/** z [..., C] and vectors [C] -> [y, mean, variance]. */
export const batchNorm: WasmKernel<'QatBatchNorm'> = (
  { z, divisor, gain, offset, mean, variance },
  { eps, relu, frozen },
  runtime,
) => {
  const channels = gain.shape[0];
  const y = runtime.output(z.shape);
  const usedMean = runtime.output([channels]);
  const usedVariance = runtime.output([channels]);
  if (frozen) {
    runtime.floats(usedMean).set(runtime.floats(mean));
    runtime.floats(usedVariance).set(runtime.floats(variance));
  }
  runtime.run('batchNorm', Math.ceil(channels / 16), {
    ...runtime.addresses({ z, divisor, gain, offset, mean: usedMean, variance: usedVariance, y }),
    rows: sizeOf(z) / channels,
    channels,
    eps,
    relu: Number(relu),
    frozen: Number(frozen),
  });
  return [y, usedMean, usedVariance];
};
