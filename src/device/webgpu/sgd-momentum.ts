// QatSgdMomentum on WebGPU, in place: each dispatch takes as many parameters as its shader may have buffers for. tfjs gives
// every tensor a buffer of its own; the velocities share one, so that a parameter needs two more. The rates are uniforms.
import { util, type TensorInfo } from '@tensorflow/tfjs';
import { sgdParameters, type SgdParameter } from '../contract';
import type { WebGpuKernel } from './kernel';
import { flatLoop } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** [v, w, g, w, g, ...] -> nothing; w and v are changed. */
export const sgdMomentum: WebGpuKernel<'QatSgdMomentum'> = (list, rates, backend) => {
  const { v, velocities, parameters } = sgdParameters(list, ({ shape }) => util.sizeFromShape(shape));
  const most = Math.floor((backend.device.limits.maxStorageBuffersPerShaderStage - 1) / 2);
  for (let first = 0; first < parameters.length; first += most) {
    const some = parameters.slice(first, first + most);
    const [weights, gradients] = [some.map(({ w }) => w), some.map(({ g }) => g)];
    run(backend, sgdShader(some, velocities, { ...rates }), gradients, [], [v, ...weights]);
  }
  return [];
};

/** @param velocities floats of v */
function sgdShader(
  parameters: readonly SgdParameter<TensorInfo>[],
  velocities: number,
  uniforms: Record<string, number>,
): Shader {
  let workgroups = 0;
  const parts = parameters.map(({ size, offset }, p) => {
    const [w, g] = ['w', 'g'].map((name) => vec4Tensor(name + p, 1, size));
    const s = flatLoop(w.vec4s);
    const firstGroup = workgroups;
    workgroups += s.workgroups;
    const velocity = `v[${offset / 4}u + i]`;
    const body = () => `
  if (group >= ${firstGroup}u && group < ${firstGroup + s.workgroups}u) {
  let index = (group - ${firstGroup}u) * ${s.workgroupSize}u + local;
  ${s.open}
  ${s.loop(`let old = w${p}_at(i);
    let velocity = params.momentum * ${velocity} + (g${p}_at(i) + params.weightDecay * old);
    ${velocity} = velocity;
    w${p}_put(i, old - params.lr * velocity);`)}
  }`;
    return { w, g, body, workgroupSize: s.workgroupSize };
  });
  return {
    name: 'QatSgdMomentum',
    key: parameters.map(({ size, offset }) => `${size}@${offset}`).join(','),
    inputs: parts.map(({ g }) => g.binding),
    changed: [{ name: 'v', type: 'vec4<f32>', length: velocities / 4 }, ...parts.map(({ w }) => w.binding)],
    outputs: [],
    uniforms,
    workgroupSize: parts[0].workgroupSize,
    workgroups,
    declarations: () => parts.map(({ w, g }) => [w.load, w.store, g.load].join('\n')).join('\n'),
    body: () => parts.map(({ body }) => body()).join(''),
  };
}
