// QatBatchNorm on WebGPU: batch statistics in two stages, then one elementwise pass with division, affine map and ReLU.
// Each slice sums differences from its own first row and the slices combine by their means (Chan et al.), so that a
// large mean does not eat the variance. Not for the running averages: the executor keeps those.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BatchNormAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { KEEP_NAN } from './nan';
import { f32 } from './qparams';
import { rowsAndChannels, rowLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** Slices of rows that the second stage combines, at most. */
const MOST_SLICES = 64;

/** z [..., C], the rest [C] -> [y, mean, variance] of z / divisor. */
export const batchNorm: WebGpuKernel<'QatBatchNorm'> = (inputs, attrs, backend) => {
  const { z, divisor, gain, offset } = inputs;
  const [mean, variance] = attrs.frozen
    ? [inputs.mean, inputs.variance].map((t) => shared(backend, t))
    : batchStatistics(backend, z, divisor);
  const [y] = run(backend, normalize(z.shape, attrs), [z, divisor, gain, offset, mean, variance], [z.shape]);
  return [y, mean, variance];
};

/** The same data under a second reference. */
function shared(backend: WebGPUBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

function batchStatistics(backend: WebGPUBackend, z: TensorInfo, divisor: TensorInfo): TensorInfo[] {
  const { rows, channels } = rowsAndChannels(z.shape);
  const { first, second, partials } = statisticsShaders(rows, channels);
  const sums = run(backend, first, [z, divisor], [[partials * 4], [partials * 4]]);
  const statistics = run(backend, second, sums, [[channels], [channels]]);
  sums.forEach(({ dataId }) => backend.disposeData(dataId));
  return statistics;
}

function statisticsShaders(rows: number, channels: number): { first: Shader; second: Shader; partials: number } {
  const z = vec4Tensor('z', rows, channels);
  const divisor = vec4Tensor('divisor', 1, channels, 'last');
  const mean = vec4Tensor('mean', 1, channels);
  const variance = vec4Tensor('variance', 1, channels);
  const { vec4s } = z;
  const s = rowLoop(rows, vec4s, 16, MOST_SLICES);
  const each = rowLoop(1, vec4s);
  const partials = s.slices * vec4s;
  const slices = ['means', 'squares'].map((name) => ({ name, type: 'vec4<f32>', length: partials }) as const);
  const first: Shader = {
    name: 'QatBatchNorm',
    key: `slices,${rows},${channels}`,
    inputs: [z.binding, divisor.binding],
    outputs: slices,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [z.load, divisor.load, KEEP_NAN].join('\n'),
    body: () => `
  ${s.open}
  let d = divisor_at(c4);
  let shift = z_at(first) / d;
  var sum = vec4<f32>();
  var square = vec4<f32>();
  ${s.loop('let u = z_at(i) / d - shift; sum += u; square += u * u;')}
  let n = ${s.rowsIn('slice')};
  means[index] = shift + sum / n;
  squares[index] = relu(square - sum * sum / n);`,
  };
  const second: Shader = {
    name: 'QatBatchNorm',
    key: `combine,${rows},${channels}`,
    inputs: slices,
    outputs: [mean.binding, variance.binding],
    workgroupSize: each.workgroupSize,
    workgroups: each.workgroups,
    declarations: () => [mean.store, variance.store, KEEP_NAN].join('\n'),
    body: () => `
  ${each.open}
  let shift = means[c4];
  var sum = vec4<f32>();
  var square = vec4<f32>();
  for (var k = 0u; k < ${s.slices}u; k++) {
    let at = k * ${vec4s}u + c4;
    let n = ${s.rowsIn('k')};
    let u = means[at] - shift;
    sum += n * u;
    square += squares[at] + n * u * u;
  }
  mean_put(c4, shift + sum / ${f32(rows)});
  variance_put(c4, relu(square - sum * sum / ${f32(rows)}) / ${f32(rows)});`,
  };
  return { first, second, partials };
}

function normalize(shape: readonly number[], { eps, relu }: BatchNormAttrs): Shader {
  const { rows, channels } = rowsAndChannels(shape);
  const z = vec4Tensor('z', rows, channels);
  const y = vec4Tensor('y', rows, channels);
  const [divisor, gain, offset, mean, variance] = ['divisor', 'gain', 'offset', 'mean', 'variance'].map((name) =>
    vec4Tensor(name, 1, channels, 'last'),
  );
  const s = rowLoop(rows, z.vec4s);
  const value = '(z_at(i) / d - m) * a + b';
  return {
    name: 'QatBatchNorm',
    key: `normalize,${rows},${channels},${eps},${relu}`,
    inputs: [z, divisor, gain, offset, mean, variance].map((q) => q.binding),
    outputs: [y.binding],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () =>
      [z, divisor, gain, offset, mean, variance]
        .map((q) => q.load)
        .concat(y.store, KEEP_NAN)
        .join('\n'),
    body: () => `
  ${s.open}
  let d = divisor_at(c4);
  let m = mean_at(c4);
  let a = gain_at(c4) / sqrt(variance_at(c4) + ${f32(eps)});
  let b = offset_at(c4);
  ${s.loop(`y_put(i, ${relu ? `relu(${value})` : value});`)}`,
  };
}
