// QatRunningStatistics and QatScaleFactor: see the contract. A few hundred numbers each, so plain loops here, in float32
// step by step. Not for maps or weights.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel';

const f32 = Math.fround;

/** Vectors [C] -> [mean, variance]. */
export const runningStatistics: WasmKernel<'QatRunningStatistics'> = (
  { mean, variance, batchMean, batchVariance },
  { momentum, unbiased },
  runtime,
) => {
  const blend = (old: TensorInfo, seen: TensorInfo, factor: number) => {
    const next = runtime.output(old.shape);
    const [a, b, out] = [old, seen, next].map((tensor) => runtime.floats(tensor));
    const [kept, added] = [f32(1 - momentum), f32(momentum * factor)];
    for (let i = 0; i < out.length; i++) out[i] = f32(a[i] * kept) + f32(b[i] * added);
    return next;
  };
  return [blend(mean, batchMean, 1), blend(variance, batchVariance, unbiased)];
};

/** gain, variance [C] -> [factor, slope]. */
export const scaleFactor: WasmKernel<'QatScaleFactor'> = ({ gain, variance }, { eps, smallest }, runtime) => {
  const outputs: [TensorInfo, TensorInfo] = [runtime.output(gain.shape), runtime.output(gain.shape)];
  const [g, v, factor, slope] = [gain, variance, ...outputs].map((tensor) => runtime.floats(tensor));
  for (let i = 0; i < g.length; i++) {
    const sigma = f32(Math.sqrt(f32(v[i] + f32(eps))));
    const k = f32(g[i] / sigma);
    const tiny = Math.abs(k) < smallest;
    factor[i] = tiny ? smallest : k;
    slope[i] = tiny ? 0 : 1 / sigma;
  }
  return outputs;
};
