// QatFakeQuant on WebGPU: quantize and dequantize with qparams computed in the shader from the observed range, so that
// no range is ever read back; with a factor per channel, QatFakeQuantScaled. Not for observing: see observe-minmax.ts.
import type { FakeQuantScaledAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { f32, qparamsCode } from './qparams';
import { flatLoop, rowsAndChannels, rowLoop } from './row-loop';
import { run, type Shader } from './run';
import { tapCount, tapRows } from './taps';
import { vec4Tensor } from './vec4';

/** x [..., C], range [2, 1] or [2, C] -> as x. */
export const fakeQuant: WebGpuKernel<'QatFakeQuant'> = ({ x, range }, attrs, backend) =>
  run(backend, fakeQuantShader(x.shape, range.shape[1], attrs, false), [x, range], [x.shape]);

/** x [..., C], factor [C], range [2, C] -> as x. */
export const fakeQuantScaled: WebGpuKernel<'QatFakeQuantScaled'> = ({ x, factor, range }, attrs, backend) =>
  run(backend, fakeQuantShader(x.shape, range.shape[1], attrs, true), [x, range, factor], [x.shape]);

function fakeQuantShader(
  shape: readonly number[],
  ranges: number,
  attrs: FakeQuantScaledAttrs,
  scaled: boolean,
): Shader {
  const { rows, channels } = rowsAndChannels(shape, ranges === 1 && !scaled);
  const x = vec4Tensor('x', rows, channels);
  const y = vec4Tensor('y', rows, channels);
  const factor = vec4Tensor('factor', 1, channels);
  const q = qparamsCode(ranges, attrs);
  const visited = tapRows('place', rows, x.vec4s, tapCount(shape), attrs.taps);
  const s = ranges === 1 && !scaled ? flatLoop(x.vec4s) : rowLoop(visited.rows, x.vec4s);
  return {
    name: scaled ? 'QatFakeQuantScaled' : 'QatFakeQuant',
    key: `${rows},${channels},${q.key},${attrs.taps}`,
    inputs: scaled ? [x.binding, q.binding, factor.binding] : [x.binding, q.binding],
    outputs: [y.binding],
    uniforms: q.uniforms,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () =>
      [x.load, y.store, q.declarations, ...(scaled ? [factor.load, visited.declaration] : [])].join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  ${scaled ? 'let k = factor_at(c4);' : ''}
  ${s.loop(`let at = ${scaled ? 'place(i)' : 'i'};
    let value = x_at(at)${scaled ? ' * k' : ''};
    let q = clamp(code(value, inv, zero), vec4<f32>(${f32(attrs.qmin)}), vec4<f32>(${f32(attrs.qmax)}));
    y_put(at, select((q - zero) * scale, value, is_nan(value)));`)}`,
  };
}
