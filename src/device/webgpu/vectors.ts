// QatRunningStatistics and QatScaleFactor on WebGPU: what a batch norm needs of its vectors of channels, in one dispatch
// each. Not for maps or weights.
import type { WebGpuKernel } from './kernel';
import { run, type Shader } from './run';

const WORKGROUP = 64;

/** Vectors [C] -> [mean, variance]. */
export const runningStatistics: WebGpuKernel<'QatRunningStatistics'> = (
  { mean, variance, batchMean, batchVariance },
  { momentum, unbiased },
  backend,
) => {
  const shader: Shader = {
    ...overChannels(mean.shape[0]),
    name: 'QatRunningStatistics',
    inputs: vectors(mean.shape[0], 'mean', 'variance', 'batchMean', 'batchVariance'),
    outputs: vectors(mean.shape[0], 'newMean', 'newVariance'),
    uniforms: { kept: 1 - momentum, added: momentum, addedVariance: momentum * unbiased },
    body: () => `
  if (index >= ${mean.shape[0]}u) { return; }
  newMean[index] = mean[index] * params.kept + batchMean[index] * params.added;
  newVariance[index] = variance[index] * params.kept + batchVariance[index] * params.addedVariance;`,
  };
  return run(backend, shader, [mean, variance, batchMean, batchVariance], [mean.shape, mean.shape]);
};

/** gain, variance [C] -> [factor, slope]. */
export const scaleFactor: WebGpuKernel<'QatScaleFactor'> = ({ gain, variance }, { eps, smallest }, backend) => {
  // Magnitudes are compared as whole numbers, of which a NaN is the greatest: see nan.ts.
  const shader: Shader = {
    ...overChannels(gain.shape[0]),
    name: 'QatScaleFactor',
    inputs: vectors(gain.shape[0], 'gain', 'variance'),
    outputs: vectors(gain.shape[0], 'factor', 'slope'),
    uniforms: { eps, smallest },
    body: () => `
  if (index >= ${gain.shape[0]}u) { return; }
  let sigma = sqrt(variance[index] + params.eps);
  let k = gain[index] / sigma;
  let tiny = (bitcast<u32>(k) & 0x7fffffffu) < bitcast<u32>(params.smallest);
  factor[index] = select(k, params.smallest, tiny);
  slope[index] = select(1.0 / sigma, 0.0, tiny);`,
  };
  return run(backend, shader, [gain, variance], [gain.shape, gain.shape]);
};

function vectors(length: number, ...names: string[]) {
  return names.map((name) => ({ name, type: 'f32', length }) as const);
}

function overChannels(channels: number) {
  return { key: String(channels), workgroupSize: WORKGROUP, workgroups: Math.ceil(channels / WORKGROUP) };
}
