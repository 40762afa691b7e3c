// Batch norm of its own, as the convolution of each channel with one weight that it is: QLinearConv; Conv;
// DEPTHWISE_CONV_2D. Other runtimes have no quantized batch norm.
import type { Int8BatchNorm } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import type { Layer } from '../int32-bias';
import { activation, byte, int, VALID } from './tflite-options';

export const batchnorm: Exporter<Int8BatchNorm> = {
  qlinear(op, { inputs, output, weighted, requantized }) {
    const group = op.gain.length;
    const { weight, bias } = weighted(depthwise(op), [group, 1, 1, 1]);
    requantized({ op: 'QLinearConv', inputs: [...inputs[0], ...weight, ...output, bias], attributes: { group } });
  },
  qdq(op, { inputs, weighted, requantized }) {
    const group = op.gain.length;
    const all = [inputs[0].real(), ...weighted(depthwise(op), [group, 1, 1, 1])];
    requantized({ op: 'Conv', inputs: all, attributes: { group } });
  },
  tflite(op, at) {
    const inputs = [at.inputs[0], ...at.weighted(depthwise(op), [1, 1, 1, op.gain.length], 3)];
    const fields = [byte(VALID), int(1), int(1), int(1), activation(false), int(1), int(1)];
    at.requantized({ op: 'depthwiseConv', inputs, options: { type: 2, fields } });
  },
};

/** The largest weight that there is, or its negative, with the scale that makes it the gain. */
function depthwise({ name, gain, shift }: Int8BatchNorm): Layer {
  const weights = Int8Array.from(gain, (value) => 127 * Math.sign(value));
  return { name, weights, weightBits: 8, weightScales: gain.map((value) => Math.abs(value) / 127 || 1), bias: shift };
}
