// QatFakeQuant on WebGPU: quantize and dequantize with qparams computed in the shader from the observed range, so that
// no range is ever read back. Not for observing: see observe-minmax.ts.
import type { TensorInfo } from '@tensorflow/tfjs';
import { FAKE_QUANT, type FakeQuantAttrs } from '../contract';
import type { Kernel } from './kernel';
import { f32, qparamsCode } from './qparams';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { rowsAndChannels, sweep } from './sweep';

/** x [..., C], range [2, 1] or [2, C] -> as x. */
export const fakeQuant: Kernel<{ x: TensorInfo; range: TensorInfo }, FakeQuantAttrs> = {
  name: FAKE_QUANT,
  run(backend, { x, range }, attrs) {
    return run(backend, fakeQuantShader(x.shape, range.shape[1], attrs), [x, range], [x.shape]);
  },
};

function fakeQuantShader(shape: readonly number[], ranges: number, attrs: FakeQuantAttrs): Shader {
  const { rows, channels } = rowsAndChannels(shape, ranges === 1);
  const x = quadsOf('x', rows, channels);
  const y = quadsOf('y', rows, channels);
  const q = qparamsCode(ranges, attrs);
  const s = ranges === 1 ? sweep(x.quads, 1) : sweep(rows, x.quads);
  return {
    name: FAKE_QUANT,
    key: `${rows},${channels},${q.key}`,
    inputs: [x.binding, q.binding],
    outputs: [y.binding],
    uniforms: q.uniforms,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [x.load, y.store, q.declarations].join('\n'),
    body: () => `
  ${s.open}
  ${q.define}
  ${s.loop(`let q = clamp(code(x_at(i), inv, zero), vec4<f32>(${f32(attrs.qmin)}), vec4<f32>(${f32(attrs.qmax)}));
    y_put(i, (q - zero) * scale);`)}`,
  };
}
