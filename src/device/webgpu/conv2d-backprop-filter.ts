// tfjs's Conv2DBackpropFilter on WebGPU. Not for NCHW: the stock kernel.
import { convShape } from '../conv-shape';
import { filterGrad } from './convolve';
import type { WebGpuKernel } from './kernel';

/** x [n,h,w,ci], dy [n,oh,ow,co] -> gradient of the filter, of shape filterShape. */
export const conv2dBackpropFilter: WebGpuKernel<'Conv2DBackpropFilter'> = (inputs, attrs, backend) => {
  const { x, dy } = inputs;
  const s = convShape(x.shape, attrs.filterShape, attrs);
  if (!s) return null;
  return [filterGrad(backend, s, x, dy)];
};
