// ReLU that stands alone: Clip, where the zero point is above 0; Relu; RELU.
import type { Int8Relu } from '../../int8/int8-model';
import type { Exporter } from './exporter';

export const relu: Exporter<Int8Relu> = {
  qlinear(_, { inputs: [[value]], to, output, emit, is }) {
    if (to.q.zeroPoint > 0) emit({ op: 'Clip', inputs: [value, output[1]] });
    else is(value);
  },
  qdq(_, { inputs: [input], emit }) {
    emit({ op: 'Relu', inputs: [input.real()] });
  },
  tflite(_, { inputs, output, emit }) {
    emit({ op: 'relu', inputs, output: output() });
  },
};
