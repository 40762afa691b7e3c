// QatBatchNorm and QatBatchNormGrad in double precision: see the contract.
import { BATCH_NORM, BATCH_NORM_GRAD, type BatchNormAttrs } from '../contract';
import type { Kernel } from './kernel';

type Vectors = 'divisor' | 'gain' | 'offset' | 'mean' | 'variance';

export const batchNorm: Kernel<'z' | Vectors, BatchNormAttrs> = {
  name: BATCH_NORM,
  run({ z, divisor, gain, offset, mean, variance }, { eps, relu, frozen }) {
    const C = z.channels;
    const u = Float64Array.from(z.data, (value, i) => value / divisor.data[i % C]);
    const usedMean = frozen ? mean.data : average(u, C);
    const usedVariance = frozen
      ? variance.data
      : average(
          u.map((value, i) => (value - usedMean[i % C]) ** 2),
          C,
        );
    const y = u.map((value, i) => {
      const c = i % C;
      const normalized = (value - usedMean[c]) / Math.sqrt(usedVariance[c] + eps);
      const out = gain.data[c] * normalized + offset.data[c];
      return relu ? Math.max(out, 0) : out;
    });
    return [
      { data: y, shape: z.shape },
      { data: usedMean, shape: [C] },
      { data: usedVariance, shape: [C] },
    ];
  },
};

/** With n = (u - mean) / sigma: dn = dy * gain; du = (dn - [mean(dn) + n * mean(dn * n) unless frozen]) / sigma. */
export const batchNormGrad: Kernel<'z' | 'dy' | 'y' | Vectors, BatchNormAttrs> = {
  name: BATCH_NORM_GRAD,
  run({ z, dy, y, divisor, gain, mean, variance }, { eps, relu, frozen }) {
    const C = z.channels;
    const rows = z.data.length / C;
    const sigma = Float64Array.from(variance.data, (value) => Math.sqrt(value + eps));
    const u = Float64Array.from(z.data, (value, i) => value / divisor.data[i % C]);
    const n = u.map((value, i) => (value - mean.data[i % C]) / sigma[i % C]);
    const d = Float64Array.from(dy.data, (value, i) => (relu && !(y.data[i] > 0) ? 0 : value));
    const meanD = average(d, C);
    const meanDn = average(
      d.map((value, i) => value * n[i]),
      C,
    );
    const du = d.map((value, i) => {
      const c = i % C;
      return (gain.data[c] / sigma[c]) * (frozen ? value : value - meanD[c] - n[i] * meanDn[c]);
    });
    const dDivisor = average(
      du.map((value, i) => -value * u[i]),
      C,
    ).map((value, c) => (value * rows) / divisor.data[c]);
    return [
      { data: du.map((value, i) => value / divisor.data[i % C]), shape: z.shape },
      { data: dDivisor, shape: [C] },
      { data: meanDn.map((value) => value * rows), shape: [C] },
      { data: meanD.map((value) => value * rows), shape: [C] },
    ];
  },
};

/** Mean of each channel. */
function average(values: Float64Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  values.forEach((value, i) => (sums[i % channels] += value));
  return sums.map((sum) => (sum * channels) / values.length);
}
