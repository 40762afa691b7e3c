// Bias correction (Nagel et al. 2019, 4.2; torch.ao.quantization._correct_bias): what rounding the weights adds to the mean
// of an output is taken from its bias. Not for what rounding or clipping the activations adds.
import type { PerChannelQParams } from '../../core/qparams';
import type { FoldedLayer } from '../../graph/fold';

/**
 * b - (W_q - W) E[x]: PyTorch's, which runs a float layer beside each quantized one on the same inputs and takes the
 * difference of their means, but without the rounding of the quantized outputs in it.
 * @param codes of the weight, in its layout
 * @param means of what each weight of an output channel multiplies: see weightInputMeans
 * @returns float32, one for each output channel
 */
export function correctedBias(
  { weight: { data }, bias }: FoldedLayer,
  codes: Int8Array,
  { scales, zeroPoints }: PerChannelQParams,
  means: Float32Array,
): Float32Array {
  const size = means.length;
  return bias.map((before, c) => {
    let [quantized, exact] = [0, 0];
    for (let i = 0; i < size; i++) {
      quantized += (codes[c * size + i] - zeroPoints[c]) * means[i];
      exact += data[c * size + i] * means[i];
    }
    return before - (quantized * scales[c] - exact);
  });
}
