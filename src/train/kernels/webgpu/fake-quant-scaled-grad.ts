// QatFakeQuantScaledGrad on WebGPU: one pass over a weight gives its straight-through gradient and, cut into slices of
// rows that a second dispatch adds in order, the gradient of the factor.
import type { TensorInfo } from '@tensorflow/tfjs';
import { FAKE_QUANT_SCALED_GRAD, type FakeQuantAttrs } from '../contract';
import { addSlices } from './add-slices';
import { insideCode } from './fake-quant-grad';
import type { Kernel } from './kernel';
import { qparamsCode } from './qparams';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { rowsAndChannels, sweep } from './sweep';

/** Slices of rows that the second stage adds, at most. */
const MOST_SLICES = 64;

/** x, dy [..., C], factor [C], range [2, C] -> [dx, dfactor]. */
export const fakeQuantScaledGrad: Kernel<Record<'x' | 'dy' | 'factor' | 'range', TensorInfo>, FakeQuantAttrs> = {
  name: FAKE_QUANT_SCALED_GRAD,
  run(backend, { x, dy, factor, range }, attrs) {
    const { shader, slices, channels } = gradShader(x.shape, attrs);
    const [dx, parts] = run(backend, shader, [x, dy, range, factor], [x.shape, [slices, channels]]);
    const [dfactor] = run(backend, addSlices(FAKE_QUANT_SCALED_GRAD, slices, channels), [parts], [[channels]]);
    backend.disposeData(parts.dataId);
    return [dx, dfactor];
  },
};

function gradShader(
  shape: readonly number[],
  attrs: FakeQuantAttrs,
): { shader: Shader; slices: number; channels: number } {
  const { rows, channels } = rowsAndChannels(shape);
  const [x, dy, dx] = ['x', 'dy', 'dx'].map((name) => quadsOf(name, rows, channels));
  const factor = quadsOf('factor', 1, channels);
  const q = qparamsCode(channels, attrs);
  const s = sweep(rows, x.quads, 16, MOST_SLICES);
  const parts = quadsOf('parts', s.slices, channels);
  const shader: Shader = {
    name: FAKE_QUANT_SCALED_GRAD,
    key: `${rows},${channels},${q.key}`,
    inputs: [x.binding, dy.binding, q.binding, factor.binding],
    outputs: [dx.binding, parts.binding],
    uniforms: q.uniforms,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [x.load, dy.load, factor.load, dx.store, parts.store, q.declarations].join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  let k = factor_at(quad);
  var sum = vec4<f32>();
  ${s.loop(`let x = x_at(i);
    let value = x * k;
    ${insideCode(attrs)}
    let g = select(vec4<f32>(), dy_at(i), inside);
    dx_put(i, g * k);
    sum += g * x;`)}
  parts_put(index, sum);`,
  };
  return { shader, slices: s.slices, channels };
}
