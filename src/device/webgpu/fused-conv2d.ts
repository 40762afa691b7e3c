// tfjs's FusedConv2D on WebGPU: convolution, bias and ReLU in one dispatch, for inference on a fused graph.
// Not for other activations, NCHW, dilation or groups: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { convShape, type ConvAttrs } from '../conv-shape';
import { runStock, type Kernel } from './kernel';
import { forward } from './convolve';

interface Inputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}
type Attrs = ConvAttrs & { readonly activation?: string };

/** x [n,h,w,ci], filter [kh,kw,ci,co], bias [co] -> activation(conv + bias) [n,oh,ow,co]. */
export const fusedConv2d: Kernel<Inputs, Attrs> = {
  name: 'FusedConv2D',
  run(backend, inputs, attrs) {
    const { x, filter, bias } = inputs;
    const s = convShape(x.shape, filter.shape, attrs);
    const activation = attrs.activation ?? 'linear';
    const perChannel = !bias || (bias.shape.length === 1 && bias.shape[0] === filter.shape[3]);
    if (!s || !perChannel || (activation !== 'linear' && activation !== 'relu')) {
      return runStock(this.name, backend, inputs, attrs);
    }
    return forward(backend, s, { x, filter, bias }, activation === 'relu');
  },
};
