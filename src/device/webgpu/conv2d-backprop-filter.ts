// tfjs's Conv2DBackpropFilter on WebGPU. Not for NCHW: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { convShape, type ConvAttrs } from '../conv-shape';
import { runStock, type Kernel } from './kernel';
import { filterGrad } from './convolve';

type Attrs = ConvAttrs & { readonly filterShape: number[] };

/** x [n,h,w,ci], dy [n,oh,ow,co] -> gradient of the filter, of shape filterShape. */
export const conv2dBackpropFilter: Kernel<{ x: TensorInfo; dy: TensorInfo }, Attrs> = {
  name: 'Conv2DBackpropFilter',
  run(backend, inputs, attrs) {
    const { x, dy } = inputs;
    const s = convShape(x.shape, attrs.filterShape, attrs);
    if (!s) return runStock(this.name, backend, inputs, attrs);
    return filterGrad(backend, s, x, dy);
  },
};
