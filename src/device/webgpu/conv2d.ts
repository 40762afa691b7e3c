// tfjs's Conv2D on WebGPU: the network's convolutions in training. Not for NCHW, dilation or groups: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { convShape, type ConvAttrs } from '../conv-shape';
import { runStock, type Kernel } from './kernel';
import { forward } from './convolve';

/** x [n,h,w,ci], filter [kh,kw,ci,co] -> [n,oh,ow,co]. */
export const conv2d: Kernel<{ x: TensorInfo; filter: TensorInfo }, ConvAttrs> = {
  name: 'Conv2D',
  run(backend, inputs, attrs) {
    const { x, filter } = inputs;
    const s = convShape(x.shape, filter.shape, attrs);
    if (!s) return runStock(this.name, backend, inputs, attrs);
    return forward(backend, s, { x, filter }, false);
  },
};
