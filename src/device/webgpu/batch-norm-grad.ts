// QatBatchNormGrad on WebGPU: the two sums every gradient needs (of g and of g * (u - mean), g being dy behind the ReLU
// and u = z / divisor) in two stages, then dz in one elementwise pass. The divisor's gradient follows from the sums in
// closed form. A shader may bind eight storage buffers, so what belongs to a channel travels packed.
import type { BatchNormAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { f32 } from './qparams';
import { rowsAndChannels, rowLoop } from './row-loop';
import { run, type Binding, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** Slices of rows that the second stage combines, at most. */
const MOST_SLICES = 64;

/** z, dy, y [..., C], the rest [C] -> [dz, ddivisor, dgain, doffset]. */
export const batchNormGrad: WebGpuKernel<'QatBatchNormGrad'> = (
  { z, dy, y, divisor, gain, mean, variance },
  attrs,
  backend,
) => {
  const { rows, channels } = rowsAndChannels(z.shape);
  const { slices, combine, spread } = gradShaders(rows, channels, attrs);
  const maps = attrs.relu ? [z, dy, y] : [z, dy];
  const shapeOf = ({ length }: Binding) => [length * 4];
  const [sums] = run(backend, slices, [...maps, divisor, mean, variance], [shapeOf(slices.outputs[0])]);
  const vector = [channels];
  const [coefficients, ddivisor, dgain, doffset] = run(
    backend,
    combine,
    [sums, gain],
    [shapeOf(combine.outputs[0]), vector, vector, vector],
  );
  const [dz] = run(backend, spread, [...maps, coefficients], [z.shape]);
  [sums, coefficients].forEach(({ dataId }) => backend.disposeData(dataId));
  return [dz, ddivisor, dgain, doffset];
};

function gradShaders(
  rows: number,
  channels: number,
  { eps, relu, frozen }: BatchNormAttrs,
): { slices: Shader; combine: Shader; spread: Shader } {
  const key = `${rows},${channels},${eps},${relu},${frozen}`;
  const maps = (relu ? ['z', 'dy', 'y'] : ['z', 'dy']).map((name) => vec4Tensor(name, rows, channels));
  const vector = (name: string) => vec4Tensor(name, 1, channels, 'last');
  const [divisor, gain, mean, variance] = ['divisor', 'gain', 'mean', 'variance'].map(vector);
  const gradients = ['ddivisor', 'dgain', 'doffset'].map(vector);
  const dz = vec4Tensor('dz', rows, channels);
  const { vec4s } = dz;
  const reduced = rowLoop(rows, vec4s, 16, MOST_SLICES);
  const each = rowLoop(1, vec4s);
  const all = rowLoop(rows, vec4s);
  // Rows of vec4s: d, m and 1/std, then a sum of g and one of g * (u - m) for each slice.
  const sums: Binding = { name: 'sums', type: 'vec4<f32>', length: (3 + 2 * reduced.slices) * vec4s };
  // Rows of vec4s: d, m, the factor of dz, the mean of g, the factor of u - m.
  const coefficients: Binding = { name: 'coefficients', type: 'vec4<f32>', length: 5 * vec4s };
  const g = relu ? 'select(vec4<f32>(), dy_at(i), y_at(i) > vec4<f32>())' : 'dy_at(i)';
  // Sum of du * u over the batch. Behind batch statistics only eps leaves any of it.
  const duu = frozen ? 'factor * (gu + m * g)' : `factor * gu * ${f32(eps)} * istd * istd`;

  const slices: Shader = {
    name: 'QatBatchNormGrad',
    key: `slices,${key}`,
    inputs: [...maps, divisor, mean, variance].map((q) => q.binding),
    outputs: [sums],
    workgroupSize: reduced.workgroupSize,
    workgroups: reduced.workgroups,
    declarations: () => [...maps, divisor, mean, variance].map((q) => q.load).join('\n'),
    body: () => `
  ${reduced.open}
  let d = divisor_at(c4);
  let m = mean_at(c4);
  var g = vec4<f32>();
  var gu = vec4<f32>();
  ${reduced.loop(`let v = ${g}; g += v; gu += v * (z_at(i) / d - m);`)}
  if (slice == 0u) {
    sums[c4] = d;
    sums[${vec4s}u + c4] = m;
    sums[${2 * vec4s}u + c4] = 1.0 / sqrt(variance_at(c4) + ${f32(eps)});
  }
  sums[${3 * vec4s}u + index] = g;
  sums[${(3 + reduced.slices) * vec4s}u + index] = gu;`,
  };
  const combine: Shader = {
    name: 'QatBatchNormGrad',
    key: `combine,${key}`,
    inputs: [sums, gain.binding],
    outputs: [coefficients, ...gradients.map((q) => q.binding)],
    workgroupSize: each.workgroupSize,
    workgroups: each.workgroups,
    declarations: () => [gain.load, ...gradients.map((q) => q.store)].join('\n'),
    body: () => `
  ${each.open}
  let d = sums[c4];
  let m = sums[${vec4s}u + c4];
  let istd = sums[${2 * vec4s}u + c4];
  var g = vec4<f32>();
  var gu = vec4<f32>();
  for (var k = 3u; k < ${3 + reduced.slices}u; k++) {
    g += sums[k * ${vec4s}u + c4];
    gu += sums[(k + ${reduced.slices}u) * ${vec4s}u + c4];
  }
  let factor = gain_at(c4) * istd;
  coefficients[c4] = d;
  coefficients[${vec4s}u + c4] = m;
  coefficients[${2 * vec4s}u + c4] = factor / d;
  coefficients[${3 * vec4s}u + c4] = g / ${f32(rows)};
  coefficients[${4 * vec4s}u + c4] = gu * istd * istd / ${f32(rows)};
  ddivisor_put(c4, -(${duu}) / d);
  dgain_put(c4, gu * istd);
  doffset_put(c4, g);`,
  };
  const spread: Shader = {
    name: 'QatBatchNormGrad',
    key: `spread,${key}`,
    inputs: [...maps.map((q) => q.binding), coefficients],
    outputs: [dz.binding],
    workgroupSize: all.workgroupSize,
    workgroups: all.workgroups,
    declarations: () => [...maps.map((q) => q.load), dz.store].join('\n'),
    body: () => `
  ${all.open}
  let d = coefficients[c4];
  let m = coefficients[${vec4s}u + c4];
  let factor = coefficients[${2 * vec4s}u + c4];
  let meanG = coefficients[${3 * vec4s}u + c4];
  let slope = coefficients[${4 * vec4s}u + c4];
  ${all.loop(`dz_put(i, factor * (${frozen ? g : `${g} - meanG - (z_at(i) / d - m) * slope`}));`)}`,
  };
  return { slices, combine, spread };
}
