// tfjs's Relu on WebGPU, but a NaN is handed on whatever the compiler assumes. Not for whole numbers: the stock kernel.
import type { WebGpuKernel } from './kernel';
import { KEEP_NAN } from './nan';
import { quadsOf } from './quads';
import { run, type Shader } from './run';
import { flatSweep, rowsAndChannels } from './sweep';

/** x of any shape -> as x. */
export const relu: WebGpuKernel<'Relu'> = ({ x }, _, backend) => {
  if (x.dtype !== 'float32') return null;
  return run(backend, reluShader(x.shape), [x], [x.shape]);
};

function reluShader(shape: readonly number[]): Shader {
  const { rows, channels } = rowsAndChannels(shape, true);
  const x = quadsOf('x', rows, channels);
  const y = quadsOf('y', rows, channels);
  const s = flatSweep(x.quads);
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
