// QatFakeQuantScaledGrad on WebGPU: one pass over a weight gives its straight-through gradient and, cut into slices of
// rows that a second dispatch adds in order, the gradient of the factor. The former takes the place of dy, which is 0 at
// the taps that are not visited.
import type { FakeQuantScaledAttrs } from '../contract';
import { addSlices } from './add-slices';
import { insideCode } from './fake-quant-grad';
import type { WebGpuKernel } from './kernel';
import { qparamsCode } from './qparams';
import { rowsAndChannels, rowLoop } from './row-loop';
import { run, share, type Shader } from './run';
import { tapCount, tapRows } from './taps';
import { vec4Tensor } from './vec4';

/** Slices of rows that the second stage adds, at most. */
const MOST_SLICES = 64;

/** x, dy [..., C], factor [C], range [2, C] -> [dx, dfactor]; dx lies where dy lay. */
export const fakeQuantScaledGrad: WebGpuKernel<'QatFakeQuantScaledGrad'> = (
  { x, dy, factor, range },
  attrs,
  backend,
) => {
  const { shader, slices, channels } = gradShader(x.shape, attrs);
  const [parts] = run(backend, shader, [x, range, factor], [[slices, channels]], [dy]);
  const [dfactor] = run(backend, addSlices('QatFakeQuantScaledGrad', slices, channels), [parts], [[channels]]);
  backend.disposeData(parts.dataId);
  return [share(backend, dy), dfactor];
};

function gradShader(
  shape: readonly number[],
  attrs: FakeQuantScaledAttrs,
): { shader: Shader; slices: number; channels: number } {
  const { rows, channels } = rowsAndChannels(shape);
  const [x, dy] = ['x', 'dy'].map((name) => vec4Tensor(name, rows, channels));
  const factor = vec4Tensor('factor', 1, channels);
  const q = qparamsCode(channels, attrs);
  const visited = tapRows('place', rows, x.vec4s, tapCount(shape), attrs.taps);
  const s = rowLoop(visited.rows, x.vec4s, 16, MOST_SLICES);
  const parts = vec4Tensor('parts', s.slices, channels);
  const shader: Shader = {
    name: 'QatFakeQuantScaledGrad',
    key: `${rows},${channels},${q.key},${attrs.taps}`,
    inputs: [x.binding, q.binding, factor.binding],
    changed: [dy.binding],
    outputs: [parts.binding],
    uniforms: q.uniforms,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () =>
      [x, dy, factor]
        .map((tensor) => tensor.load)
        .concat(dy.store, parts.store, q.declarations, visited.declaration)
        .join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  let k = factor_at(c4);
  var sum = vec4<f32>();
  ${s.loop(`let at = place(i);
    let x = x_at(at);
    let value = x * k;
    ${insideCode(attrs)}
    let g = select(vec4<f32>(), dy_at(at), inside);
    dy_put(at, g * k);
    sum += g * x;`)}
  parts_put(index, sum);`,
  };
  return { shader, slices: s.slices, channels };
}
