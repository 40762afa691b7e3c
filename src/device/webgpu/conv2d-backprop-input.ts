// tfjs's Conv2DBackpropInput on WebGPU. Not for NCHW: the stock kernel.
import { convShape } from '../conv-shape';
import { inputGrad } from './convolve';
import type { WebGpuKernel } from './kernel';

/** dy [n,oh,ow,co], filter [kh,kw,ci,co] -> dx of shape inputShape. */
export const conv2dBackpropInput: WebGpuKernel<'Conv2DBackpropInput'> = (inputs, attrs, backend) => {
  const { dy, filter } = inputs;
  const s = convShape(attrs.inputShape, filter.shape, attrs);
  if (!s) return null;
  return [inputGrad(backend, s, dy, filter)];
};
