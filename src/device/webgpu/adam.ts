// QatAdam on WebGPU, in place. The rates are uniforms.
import { util } from '@tensorflow/tfjs';
import type { AdamAttrs } from '../contract';
import type { WebGpuKernel } from './kernel';
import { flatLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** w, mean, square are changed. */
export const adam: WebGpuKernel<'QatAdam'> = ({ w, mean, square, g }, rates, backend) => {
  run(backend, adamShader(util.sizeFromShape(w.shape), rates), [g], [], [w, mean, square]);
  return [];
};

function adamShader(size: number, { rate, correction, weightDecay }: AdamAttrs): Shader {
  const [g, w, mean, square] = ['g', 'w', 'mean', 'square'].map((name) => vec4Tensor(name, 1, size));
  const s = flatLoop(w.vec4s);
  return {
    name: 'QatAdam',
    key: String(size),
    inputs: [g.binding],
    changed: [w.binding, mean.binding, square.binding],
    outputs: [],
    uniforms: { rate, correction, weightDecay },
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [g.load, ...[w, mean, square].flatMap(({ load, store }) => [load, store])].join('\n'),
    body: () => `
  ${s.open}
  ${s.loop(`let old = w_at(i);
    let gradient = g_at(i) + params.weightDecay * old;
    let mean = 0.9 * mean_at(i) + 0.1 * gradient;
    let square = 0.999 * square_at(i) + 0.001 * gradient * gradient;
    mean_put(i, mean);
    square_put(i, square);
    w_put(i, old - params.rate * mean / (sqrt(square) / params.correction + 1e-8));`)}`,
  };
}
