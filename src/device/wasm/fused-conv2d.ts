// tfjs's FusedConv2D for batches: our convolution, then bias and ReLU in place, for inference on a fused graph.
// Not for a few images, other activations, NCHW, dilation or groups: tfjs's own kernel.
import { conv2d } from './conv2d';
import type { WasmKernel } from './kernel';

/** Our tiles hold so many images at least; latency, at one image, is tfjs's own. */
const IMAGES = 8;

/** x [n,h,w,ci], filter [kh,kw,ci,co], bias [co] -> activation(conv + bias) [n,oh,ow,co]. */
export const fusedConv2d: WasmKernel<'FusedConv2D'> = ({ x, filter, bias }, attrs, runtime) => {
  const { activation = 'linear' } = attrs;
  const [channels] = filter.shape.slice(-1);
  const perChannel = bias?.shape.length === 1 && bias.shape[0] === channels;
  if (x.shape[0] < IMAGES || !perChannel || (activation !== 'linear' && activation !== 'relu')) return null;
  const outputs = conv2d({ x, filter }, attrs, runtime);
  if (!outputs) return null;
  const [values, offsets] = [runtime.floats(outputs[0]), runtime.floats(bias)];
  // A value that is not finite stays so: whoever reads the logits looks for it.
  const least = activation === 'relu' ? 0 : -Infinity;
  for (let pixel = 0; pixel < values.length; pixel += channels)
    for (let c = 0; c < channels; c++) {
      const value = values[pixel + c] + offsets[c];
      values[pixel + c] = value < least ? least : value;
    }
  return outputs;
};
