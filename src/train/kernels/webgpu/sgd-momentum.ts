// QatSgdMomentum on WebGPU, in place: each dispatch takes as many parameters as its shader may have buffers for. tfjs gives
// every tensor a buffer of its own; the velocities share one, so that a parameter needs two more. The rates are uniforms.
import type { TensorInfo } from '@tensorflow/tfjs';
import { SGD_MOMENTUM, velocityLayout, type SgdAttrs } from '../contract';
import type { Kernel } from './kernel';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { flatSweep, rowsAndChannels } from './sweep';

interface Parameter {
  readonly w: TensorInfo;
  readonly g: TensorInfo;
  /** Floats, and the floats of v before its velocity. */
  readonly size: number;
  readonly offset: number;
}

/** [v, w, g, w, g, ...] -> nothing; w and v are changed. */
export const sgdMomentum: Kernel<TensorInfo[], SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(backend, [v, ...rest], rates) {
    const weights = rest.filter((_, i) => i % 2 === 0);
    const sizes = weights.map(({ shape }) => rowsAndChannels(shape, true).channels);
    const { offsets, size } = velocityLayout(sizes);
    const parameters = weights.map((w, p) => ({ w, g: rest[2 * p + 1], size: sizes[p], offset: offsets[p] }));
    const most = Math.floor((backend.device.limits.maxStorageBuffersPerShaderStage - 1) / 2);
    for (let first = 0; first < parameters.length; first += most) {
      const some = parameters.slice(first, first + most);
      const changed = [v, ...some.map(({ w }) => w)];
      run(
        backend,
        sgdShader(some, size, { ...rates }),
        some.map(({ g }) => g),
        [],
        changed,
      );
    }
    return [];
  },
};

/** @param velocities floats of v */
function sgdShader(parameters: readonly Parameter[], velocities: number, uniforms: Record<string, number>): Shader {
  let workgroups = 0;
  const parts = parameters.map(({ size, offset }, p) => {
    const [w, g] = ['w', 'g'].map((name) => quadsOf(name + p, 1, size));
    const s = flatSweep(w.quads);
    const firstGroup = workgroups;
    workgroups += s.workgroups;
    const body = `if (group >= ${firstGroup}u && group < ${workgroups}u) {
  let index = (group - ${firstGroup}u) * ${s.workgroupSize}u + local;
  ${s.open}
  ${s.loop(`let old = w${p}_at(i);
    let velocity = params.momentum * v[${offset / 4}u + i] + (g${p}_at(i) + params.weightDecay * old);
    v[${offset / 4}u + i] = velocity;
    w${p}_put(i, old - params.lr * velocity);`)}
  }`;
    return { w, g, body, workgroupSize: s.workgroupSize };
  });
  return {
    name: SGD_MOMENTUM,
    key: parameters.map(({ size, offset }) => `${size}@${offset}`).join(','),
    inputs: parts.map(({ g }) => g.binding),
    changed: [{ name: 'v', type: 'vec4<f32>', length: velocities / 4 }, ...parts.map(({ w }) => w.binding)],
    outputs: [],
    uniforms,
    workgroupSize: parts[0].workgroupSize,
    workgroups,
    declarations: () => parts.map(({ w, g }) => [w.load, w.store, g.load].join('\n')).join('\n'),
    body: () => parts.map(({ body }) => body).join('\n  '),
  };
}
