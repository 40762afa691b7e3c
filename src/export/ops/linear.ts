// Linear: ONNX Runtime's QGemm of a flattened vector; Gemm; FULLY_CONNECTED.
import type { Int8Linear } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation } from './tflite-options';

export const linear: Exporter<Int8Linear> = {
  qlinear(op, { from: [{ c: features }], inputs: [[, ...qparams]], output, weighted, flattened, requantized }) {
    const { weight, bias } = weighted(op, [op.bias.length, features]);
    const inputs = [flattened(), ...qparams, ...weight, bias, ...output];
    requantized({ op: 'QGemm', domain: 'com.microsoft', inputs, attributes: { transB: 1 } });
  },
  qdq(op, { from: [{ c: features }], weighted, flattened, requantized }) {
    const inputs = [flattened(), ...weighted(op, [op.bias.length, features])];
    requantized({ op: 'Gemm', inputs, attributes: { transB: 1 } });
  },
  tflite(op, at) {
    const inputs = [at.inputs[0], ...at.weighted(op, [at.to.c, at.from[0].c])];
    const options = { type: 8, fields: [activation(false)] };
    at.requantized({ op: 'fullyConnected', inputs, options }, false, [1, at.to.c]);
  },
};
