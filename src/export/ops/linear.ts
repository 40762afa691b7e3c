// Linear: ONNX Runtime's QGemm of a flattened vector; FULLY_CONNECTED.
import type { Int8Linear } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation } from './tflite-options';

export const linear: Exporter<Int8Linear> = {
  onnx(op, { from: [{ c: features }], inputs: [[value, ...qparams]], output, weighted, emit }) {
    const { weight, bias } = weighted(op, [op.bias.length, features]);
    const flat = emit({ op: 'Flatten', inputs: [value], part: 'input' });
    emit({
      op: 'QGemm',
      domain: 'com.microsoft',
      inputs: [flat, ...qparams, ...weight, bias, ...output],
      attributes: { transB: 1 },
    });
  },
  tflite(op, at) {
    const output = at.output([1, at.to.c]);
    at.emit({
      op: 'fullyConnected',
      inputs: [at.inputs[0], ...at.weighted(op, [at.to.c, at.from[0].c])],
      output,
      options: { type: 8, fields: [activation(false)] },
    });
  },
};
