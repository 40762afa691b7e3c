// tfjs's MaxPoolGrad. The whole gradient of a window goes to its first maximum, as in PyTorch.
import { poolShape } from '../pool-shape';
import type { WasmKernel } from './kernel';

/** dy and output [n,oh,ow,c], input [n,h,w,c] -> dx as input. */
export const maxPoolGrad: WasmKernel<'MaxPoolGrad'> = ({ dy, input, output }, attrs, runtime) => {
  const s = poolShape(input.shape, attrs);
  const dx = runtime.output(input.shape);
  runtime.run('maxPoolGrad', s.n, { ...s, ...runtime.addresses({ x: input, y: output, dy, dx }) });
  return [dx];
};
