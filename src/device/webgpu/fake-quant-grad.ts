// QatFakeQuantGrad on WebGPU: the straight-through gradient, dy where the code is in range and 0 elsewhere.
import type { FakeQuantAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { f32, qparamsCode } from './qparams';
import { flatLoop, rowsAndChannels, rowLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** x [..., C], dy as x, range [2, 1] or [2, C] -> dx as x. */
export const fakeQuantGrad: WebGpuKernel<'QatFakeQuantGrad'> = ({ x, dy, range }, attrs, backend) =>
  run(backend, gradShader(x.shape, range.shape[1], attrs), [x, dy, range], [x.shape]);

/** WGSL: `inside`, whether the code of each lane of `value` is in range; after qparamsCode's definitions. */
export function insideCode({ qmin, qmax }: FakeQuantAttrs): string {
  return `let q = code(value, inv, zero);
    let inside = sound & (q >= vec4<f32>(${f32(qmin)})) & (q <= vec4<f32>(${f32(qmax)}));`;
}

function gradShader(shape: readonly number[], ranges: number, attrs: FakeQuantAttrs): Shader {
  const { rows, channels } = rowsAndChannels(shape, ranges === 1);
  const [x, dy, dx] = ['x', 'dy', 'dx'].map((name) => vec4Tensor(name, rows, channels));
  const q = qparamsCode(ranges, attrs);
  const s = ranges === 1 ? flatLoop(x.vec4s) : rowLoop(rows, x.vec4s);
  return {
    name: 'QatFakeQuantGrad',
    key: `${rows},${channels},${q.key}`,
    inputs: [x.binding, dy.binding, q.binding],
    outputs: [dx.binding],
    uniforms: q.uniforms,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [x.load, dy.load, dx.store, q.declarations].join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  ${s.loop(`let value = x_at(i);
    ${insideCode(attrs)}
    dx_put(i, select(vec4<f32>(), dy_at(i), inside));`)}`,
  };
}
