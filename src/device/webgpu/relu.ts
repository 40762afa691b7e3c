// tfjs's Relu on WebGPU, but a NaN is handed on whatever the compiler assumes. Not for whole numbers: the stock kernel.
import type { WebGpuKernel } from './kernel';
import { KEEP_NAN } from './nan';
import { flatLoop, rowsAndChannels } from './row-loop';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

/** x of any shape -> as x. */
export const relu: WebGpuKernel<'Relu'> = ({ x }, _, backend) => {
  if (x.dtype !== 'float32') return null;
  return run(backend, reluShader(x.shape), [x], [x.shape]);
};

function reluShader(shape: readonly number[]): Shader {
  const { rows, channels } = rowsAndChannels(shape, true);
  const x = vec4Tensor('x', rows, channels);
  const y = vec4Tensor('y', rows, channels);
  const s = flatLoop(x.vec4s);
  return {
    name: 'Relu',
    key: String(channels),
    inputs: [x.binding],
    outputs: [y.binding],
    workgroupSize: s.workgroupSize,
    workgroups: s.workgroups,
    declarations: () => [x.load, y.store, KEEP_NAN].join('\n'),
    body: () => `
  ${s.open}
  ${s.loop('y_put(i, relu(x_at(i)));')}`,
  };
}
