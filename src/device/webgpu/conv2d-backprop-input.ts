// tfjs's Conv2DBackpropInput on WebGPU. Not for NCHW: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { convShape, type ConvAttrs } from '../conv-shape';
import { runStock, type Kernel } from './kernel';
import { inputGrad } from './convolve';

type Attrs = ConvAttrs & { readonly inputShape: number[] };

/** dy [n,oh,ow,co], filter [kh,kw,ci,co] -> dx of shape inputShape. */
export const conv2dBackpropInput: Kernel<{ dy: TensorInfo; filter: TensorInfo }, Attrs> = {
  name: 'Conv2DBackpropInput',
  run(backend, inputs, attrs) {
    const { dy, filter } = inputs;
    const s = convShape(attrs.inputShape, filter.shape, attrs);
    if (!s) return runStock(this.name, backend, inputs, attrs);
    return inputGrad(backend, s, dy, filter);
  },
};
