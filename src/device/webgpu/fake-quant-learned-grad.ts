// QatFakeQuantLearnedGrad on WebGPU: one pass gives the straight-through gradient and, cut into slices of rows, the parts
// of the gradients of scales and zero points, which a second dispatch adds in order.
import type { FakeQuantLearnedAttrs } from '../contract';
import { addSlices } from './add-slices';
import { insideCode } from './fake-quant-grad';
import type { WebGpuKernel } from './kernel';
import { f32, qparamsCode } from './qparams';
import { flatLoop, rowsAndChannels, rowLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** Slices of rows that the second stage adds, at most. */
const MOST_SLICES = 64;
/** The same for a whole tensor, whose slices are as wide as a workgroup. */
const MOST_SLICES_PER_TENSOR = 16;
/** Threads of the workgroup that adds the parts of a whole tensor. */
const ADDERS = 64;

/** x, dy [..., C], qparams [2, 1] or [2, C] -> [dx, dqparams]. */
export const fakeQuantLearnedGrad: WebGpuKernel<'QatFakeQuantLearnedGrad'> = ({ x, dy, qparams }, attrs, backend) => {
  const ranges = qparams.shape[1];
  const { shader, slices, width } = gradShader(x.shape, ranges, attrs);
  const channels = ranges === 1 ? 4 * width : ranges;
  const [dx, parts] = run(backend, shader, [x, dy, qparams], [x.shape, [slices, 2, channels]]);
  const second = ranges === 1 ? addAll(slices, width) : addSlices('QatFakeQuantLearnedGrad', slices, 2 * channels);
  const [dqparams] = run(backend, second, [parts], [qparams.shape]);
  backend.disposeData(parts.dataId);
  return [dx, dqparams];
};

function gradShader(
  shape: readonly number[],
  ranges: number,
  attrs: FakeQuantLearnedAttrs,
): { shader: Shader; slices: number; width: number } {
  const perTensor = ranges === 1;
  const { rows, channels } = rowsAndChannels(shape, perTensor);
  const [x, dy, dx] = ['x', 'dy', 'dx'].map((name) => vec4Tensor(name, rows, channels));
  const q = qparamsCode(ranges, attrs);
  const s = perTensor ? flatLoop(x.vec4s, MOST_SLICES_PER_TENSOR) : rowLoop(rows, x.vec4s, 16, MOST_SLICES);
  const parts = vec4Tensor('parts', 2 * s.slices, perTensor ? 4 * s.width : channels);
  const zeroPointScale = attrs.learnsZeroPoint ? -attrs.gradientScale : 0;
  const [qmin, qmax] = [attrs.qmin, attrs.qmax].map((code) => `vec4<f32>(${f32(code)})`);
  const shader: Shader = {
    name: 'QatFakeQuantLearnedGrad',
    key: `${rows},${channels},${q.key}`,
    inputs: [x.binding, dy.binding, q.binding],
    outputs: [dx.binding, parts.binding],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [x.load, dy.load, dx.store, parts.store, q.declarations].join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  var scales = vec4<f32>();
  var zeros = vec4<f32>();
  ${s.loop(`let value = x_at(i);
    let g = dy_at(i);
    ${insideCode(attrs)}
    dx_put(i, select(vec4<f32>(), g, inside));
    let steps = clamp(q, ${qmin}, ${qmax}) - zero;
    scales += g * select(select(steps, steps - value * inv, inside), value, is_nan(value));
    zeros += select(g, vec4<f32>(), inside);`)}
  parts_put(2u * slice * ${s.width}u + c4, scales * ${f32(attrs.gradientScale)});
  parts_put((2u * slice + 1u) * ${s.width}u + c4, zeros * scale * ${f32(zeroPointScale)});`,
  };
  return { shader, slices: s.slices, width: s.width };
}

/** Adds up all parts of a whole tensor, [slices, 2, width] of vec4s. */
function addAll(slices: number, width: number): Shader {
  return {
    name: 'QatFakeQuantLearnedGrad',
    key: `all,${slices},${width}`,
    inputs: [{ name: 'parts', type: 'vec4<f32>', length: 2 * slices * width }],
    outputs: [{ name: 'total', type: 'f32', length: 2 }],
    workgroupSize: ADDERS,
    workgroups: 1,
    declarations: () => `var<workgroup> sums : array<vec2<f32>, ${ADDERS}>;`,
    body: () => `
  const ONE = vec4<f32>(1.0);
  var sum = vec2<f32>();
  for (var k = local; k < ${slices * width}u; k += ${ADDERS}u) {
    let at = 2u * (k / ${width}u) * ${width}u + k % ${width}u;
    sum += vec2<f32>(dot(parts[at], ONE), dot(parts[at + ${width}u], ONE));
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    for (var k = 1u; k < ${ADDERS}u; k++) { sum += sums[k]; }
    total[0] = sum.x;
    total[1] = sum.y;
  }`,
  };
}
