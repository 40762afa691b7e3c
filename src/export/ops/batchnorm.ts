// Batch norm of its own, as the convolution of each channel with one weight that it is: QLinearConv; DEPTHWISE_CONV_2D. Other
// runtimes have no quantized batch norm.
import type { Int8BatchNorm } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import type { Layer } from '../int32-bias';
import { activation, byte, int, VALID } from './tflite-options';

export const batchnorm: Exporter<Int8BatchNorm> = {
  onnx(op, { inputs, output, weighted, emit }) {
    const channels = op.gain.length;
    const { weight, bias } = weighted(depthwise(op), [channels, 1, 1, 1]);
    emit({ op: 'QLinearConv', inputs: [...inputs[0], ...weight, ...output, bias], attributes: { group: channels } });
  },
  tflite(op, at) {
    const output = at.output();
    at.emit({
      op: 'depthwiseConv',
      inputs: [at.inputs[0], ...at.weighted(depthwise(op), [1, 1, 1, op.gain.length], 3)],
      output,
      options: {
        type: 2,
        fields: [byte(VALID), int(1), int(1), int(1), activation(false), int(1), int(1)],
      },
    });
  },
};

/** The largest weight that there is, or its negative, with the scale that makes it the gain. */
function depthwise({ name, gain, shift }: Int8BatchNorm): Layer {
  const weights = Int8Array.from(gain, (value) => 127 * Math.sign(value));
  return { name, weights, weightScales: gain.map((value) => Math.abs(value) / 127 || 1), bias: shift };
}
