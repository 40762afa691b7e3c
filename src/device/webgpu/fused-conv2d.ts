// tfjs's FusedConv2D on WebGPU: convolution, bias and ReLU in one dispatch, for inference on a fused graph.
// Not for other activations, NCHW, dilation or groups: the stock kernel.
import { convShape } from '../conv-shape';
import { forward } from './convolve';
import type { WebGpuKernel } from './kernel';

/** x [n,h,w,ci], filter [kh,kw,ci,co], bias [co] -> activation(conv + bias) [n,oh,ow,co]. */
export const fusedConv2d: WebGpuKernel<'FusedConv2D'> = (inputs, attrs, backend) => {
  const { x, filter, bias } = inputs;
  const s = convShape(x.shape, filter.shape, attrs);
  const activation = attrs.activation ?? 'linear';
  const perChannel = !bias || (bias.shape.length === 1 && bias.shape[0] === filter.shape[3]);
  if (!s || !perChannel || (activation !== 'linear' && activation !== 'relu')) {
    return null;
  }
  return [forward(backend, s, { x, filter, bias }, activation === 'relu')];
};
