// Convolution: QLinearConv; CONV_2D, with its ReLU as its activation.
import { windowAttributes } from '../../graph/ops/maxpool';
import type { Int8Conv } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation, byte, int, SAME, VALID } from './tflite-options';

export const conv: Exporter<Int8Conv> = {
  onnx(op, { from: [{ c: cin }], inputs, output, weighted, emit }) {
    const { kernel, relu } = op;
    const cout = op.bias.length;
    const { weight, bias } = weighted(op, [cout, cin, kernel, kernel], (codes) => toOihw(codes, cout, cin));
    emit({
      op: 'QLinearConv',
      inputs: [...inputs[0], ...weight, ...output, bias],
      attributes: windowAttributes(op),
      relu,
    });
  },
  tflite(op, at) {
    const { kernel, stride, pad, relu } = op;
    const output = at.output();
    const same = stride === 1 && pad > 0 && kernel === 2 * pad + 1;
    const source = same || pad === 0 ? at.inputs[0] : at.padded(pad);
    at.emit({
      op: 'conv',
      inputs: [source, ...at.weighted(op, [op.bias.length, kernel, kernel, at.from[0].c])],
      output,
      options: {
        type: 1,
        fields: [byte(same ? SAME : VALID), int(stride), int(stride), activation(relu), int(1), int(1)],
      },
    });
  },
};

/** Codes [cout][ky][kx][cin] as ONNX has them, [cout][cin][ky][kx]. */
function toOihw(codes: Int8Array, cout: number, cin: number): Int8Array {
  const taps = codes.length / (cout * cin);
  const out = new Int8Array(codes.length);
  for (let o = 0; o < cout; o++)
    for (let i = 0; i < cin; i++)
      for (let tap = 0; tap < taps; tap++) out[(o * cin + i) * taps + tap] = codes[(o * taps + tap) * cin + i];
  return out;
}
