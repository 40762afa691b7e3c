// QatSgdMomentum on WebGPU: one dispatch for a parameter's weight decay, momentum and step; the rates are uniforms.
import type { TensorInfo } from '@tensorflow/tfjs';
import { SGD_MOMENTUM, type SgdAttrs } from '../contract';
import type { Kernel } from './kernel';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { flatSweep, rowsAndChannels } from './sweep';

/** w, g, v of one shape -> [w, v]. */
export const sgdMomentum: Kernel<{ w: TensorInfo; g: TensorInfo; v: TensorInfo }, SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(backend, { w, g, v }, { lr, momentum, weightDecay }) {
    const shader = sgdShader(w.shape, { lr, momentum, weightDecay });
    return run(backend, shader, [w, g, v], [w.shape, w.shape]);
  },
};

function sgdShader(shape: readonly number[], rates: Record<keyof SgdAttrs, number>): Shader {
  const { rows, channels } = rowsAndChannels(shape, true);
  const [w, g, v, newW, newV] = ['w', 'g', 'v', 'newW', 'newV'].map((name) => quadsOf(name, rows, channels));
  const s = flatSweep(w.quads);
  return {
    name: SGD_MOMENTUM,
    key: String(channels),
    inputs: [w.binding, g.binding, v.binding],
    outputs: [newW.binding, newV.binding],
    uniforms: rates,
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [w.load, g.load, v.load, newW.store, newV.store].join('\n'),
    body: () => `
  ${s.open}
  ${s.loop(`let old = w_at(i);
    let velocity = params.momentum * v_at(i) + (g_at(i) + params.weightDecay * old);
    newV_put(i, velocity);
    newW_put(i, old - params.lr * velocity);`)}`,
  };
}
