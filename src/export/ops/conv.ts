// Convolution: QLinearConv; Conv; CONV_2D, with its ReLU as its activation.
import { windowAttributes } from '../../graph/ops/maxpool';
import type { Int8Conv, Int8Tensor } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation, byte, int, SAME, VALID } from './tflite-options';

export const conv: Exporter<Int8Conv> = {
  qlinear(op, { from, inputs, output, weighted, requantized }) {
    const { weight, bias } = weighted(op, ...oihw(op, from[0]));
    const all = [...inputs[0], ...weight, ...output, bias];
    requantized({ op: 'QLinearConv', inputs: all, attributes: windowAttributes(op) }, op.relu);
  },
  qdq(op, { from, inputs, weighted, requantized }) {
    const all = [inputs[0].real(), ...weighted(op, ...oihw(op, from[0]))];
    requantized({ op: 'Conv', inputs: all, attributes: windowAttributes(op) }, op.relu);
  },
  tflite(op, at) {
    const { kernel, stride, pad, relu } = op;
    const same = stride === 1 && pad > 0 && kernel === 2 * pad + 1;
    const source = same || pad === 0 ? at.inputs[0] : at.padded(pad);
    const inputs = [source, ...at.weighted(op, [op.bias.length, kernel, kernel, at.from[0].c])];
    const fields = [byte(same ? SAME : VALID), int(stride), int(stride), activation(relu), int(1), int(1)];
    at.requantized({ op: 'conv', inputs, options: { type: 1, fields } }, relu);
  },
};

/** Shape of the weights in ONNX, and their order. */
function oihw({ kernel, bias }: Int8Conv, { c: cin }: Int8Tensor) {
  const cout = bias.length;
  return [[cout, cin, kernel, kernel], (codes: Int8Array) => toOihw(codes, cout, cin)] as const;
}

/** Codes [cout][ky][kx][cin] as ONNX has them, [cout][cin][ky][kx]. */
function toOihw(codes: Int8Array, cout: number, cin: number): Int8Array {
  const taps = codes.length / (cout * cin);
  const out = new Int8Array(codes.length);
  for (let o = 0; o < cout; o++)
    for (let i = 0; i < cin; i++)
      for (let tap = 0; tap < taps; tap++) out[(o * cin + i) * taps + tap] = codes[(o * taps + tap) * cin + i];
  return out;
}
