// Batch norm as ConvBn QAT needs it, its gradient, running statistics and the factor gamma / sigma.
// Source: torch/ao/nn/intrinsic/qat/modules/conv_fused.py, _forward_approximate, and torch.nn.BatchNorm2d.
import type { BatchNormAttrs, RunningStatisticsAttrs, ScaleFactorAttrs } from '../contract';
import { channelSums, type Numbers } from './numbers';

const f32 = Math.fround;

/** [C] each. What is normalized is u = z / divisor; the divisor of plain batch norm is 1. */
export interface BatchNormVectors {
  readonly divisor: Numbers;
  readonly gain: Numbers;
  readonly offset: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
}

/**
 * y = [relu](gain * (u - mean) / sqrt(variance + eps) + offset). @param z [..., C]
 * @returns y, and mean and variance as used: those given if frozen, else u's own, the variance biased (1 / rows)
 */
export function batchNorm(z: Numbers, v: BatchNormVectors, { eps, relu, frozen }: BatchNormAttrs) {
  const C = v.gain.length;
  const u = Float64Array.from(z).map((value, i) => value / v.divisor[i % C]);
  const mean = frozen ? Float64Array.from(v.mean) : channelMeans(u, C);
  const squares = () => u.map((value, i) => (value - mean[i % C]) ** 2);
  const variance = frozen ? Float64Array.from(v.variance) : channelMeans(squares(), C);
  const y = u.map((value, i) => {
    const c = i % C;
    const out = (v.gain[c] * (value - mean[c])) / Math.sqrt(variance[c] + eps) + v.offset[c];
    return relu ? Math.max(out, 0) : out;
  });
  return { y, mean, variance };
}

/**
 * With sigma = sqrt(variance + eps), n = (u - mean) / sigma and d = dy where the ReLU let y pass:
 * du = gain / sigma * (d - mean(d) - n * mean(d * n)), the means being those of batch statistics and 0 if frozen;
 * dz = du / divisor, ddivisor = -sum(du * u) / divisor, dgain = sum(d * n), doffset = sum(d). Of batch statistics du sums
 * to 0, so that u may be taken from its mean: a large mean, rounded, would be left over.
 * @param v mean and variance as used; @param y the output
 */
export function batchNormGrad(
  z: Numbers,
  dy: Numbers,
  y: Numbers,
  v: Omit<BatchNormVectors, 'offset'>,
  { eps, relu, frozen }: BatchNormAttrs,
) {
  const C = v.gain.length;
  const sigma = Float64Array.from(v.variance).map((value) => Math.sqrt(value + eps));
  const u = Float64Array.from(z).map((value, i) => value / v.divisor[i % C]);
  const n = u.map((value, i) => (value - v.mean[i % C]) / sigma[i % C]);
  const d = Float64Array.from(dy).map((value, i) => (relu && !(y[i] > 0) ? 0 : value));
  const dn = d.map((value, i) => value * n[i]);
  const [meanD, meanDn] = [channelMeans(d, C), channelMeans(dn, C)];
  const du = d.map((value, i) => {
    const c = i % C;
    return (v.gain[c] / sigma[c]) * (frozen ? value : value - meanD[c] - n[i] * meanDn[c]);
  });
  return {
    dz: du.map((value, i) => value / v.divisor[i % C]),
    ddivisor: channelSums(
      du.map((value, i) => -value * (frozen ? u[i] : u[i] - v.mean[i % C])),
      C,
    ).map((sum, c) => sum / v.divisor[c]),
    dgain: channelSums(dn, C),
    doffset: channelSums(d, C),
  };
}

const channelMeans = (values: Float64Array, channels: number) =>
  channelSums(values, channels).map((sum) => (sum * channels) / values.length);

/** running * (1 - momentum) + batch * momentum; PyTorch keeps the unbiased variance, though it normalizes by the biased. */
export function runningStatistics(
  running: { readonly mean: Numbers; readonly variance: Numbers },
  batch: { readonly mean: Numbers; readonly variance: Numbers },
  { momentum, unbiased }: RunningStatisticsAttrs,
): { mean: Float64Array; variance: Float64Array } {
  const blend = (old: Numbers, seen: Numbers, factor: number) =>
    Float64Array.from(old).map((value, c) => value * (1 - momentum) + seen[c] * momentum * factor);
  return {
    mean: blend(running.mean, batch.mean, 1),
    variance: blend(running.variance, batch.variance, unbiased),
  };
}

/**
 * gain / sqrt(variance + eps) and its derivative by gain; [smallest, 0] where the factor's magnitude is below that.
 * In float32 steps, as PyTorch's: codes hang on the last bit of a weight times its factor.
 */
export function scaleFactor(
  gain: Numbers,
  variance: Numbers,
  { eps, smallest }: ScaleFactorAttrs,
): { factor: Float32Array; slope: Float32Array } {
  const sigma = Float32Array.from(variance).map((value) => Math.sqrt(f32(value + f32(eps))));
  const exact = sigma.map((s, c) => gain[c] / s);
  const isTiny = Array.from(exact, (value) => Math.abs(value) < smallest);
  return {
    factor: exact.map((value, c) => (isTiny[c] ? smallest : value)),
    slope: sigma.map((s, c) => (isTiny[c] ? 0 : 1 / s)),
  };
}
