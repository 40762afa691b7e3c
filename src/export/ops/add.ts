// Add: ONNX Runtime's QLinearAdd; Add; ADD, with its ReLU as its activation.
import type { Int8Add } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation } from './tflite-options';

export const add: Exporter<Int8Add> = {
  qlinear({ relu }, { inputs, output, requantized }) {
    requantized({ op: 'QLinearAdd', domain: 'com.microsoft', inputs: [...inputs.flat(), ...output] }, relu);
  },
  qdq({ relu }, { inputs, requantized }) {
    requantized({ op: 'Add', inputs: inputs.map(({ real }) => real()) }, relu);
  },
  tflite({ relu }, { inputs, requantized }) {
    requantized({ op: 'add', inputs, options: { type: 11, fields: [activation(relu)] } }, relu);
  },
};
