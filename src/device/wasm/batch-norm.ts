// QatBatchNorm: see the contract.
import { BATCH_NORM } from './assembly/ids';
import { sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { f32 } from './runtime';

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
  runtime.run(BATCH_NORM, Math.ceil(channels / 16), [
    ...[runtime.address(z), sizeOf(z) / channels, channels],
    ...[divisor, gain, offset, usedMean, usedVariance, y].map((tensor) => runtime.address(tensor)),
    ...[f32(eps), Number(relu), Number(frozen)],
  ]);
  return [y, usedMean, usedVariance];
};
