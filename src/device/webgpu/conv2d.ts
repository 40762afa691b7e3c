// tfjs's Conv2D on WebGPU: the network's convolutions in training. Not for NCHW, dilation or groups: the stock kernel.
import { convShape } from '../conv-shape';
import { forward } from './convolve';
import type { WebGpuKernel } from './kernel';

/** x [n,h,w,ci], filter [kh,kw,ci,co] -> [n,oh,ow,co]. */
export const conv2d: WebGpuKernel<'Conv2D'> = (inputs, attrs, backend) => {
  const { x, filter } = inputs;
  const s = convShape(x.shape, filter.shape, attrs);
  if (!s) return null;
  return [forward(backend, s, { x, filter }, false)];
};
