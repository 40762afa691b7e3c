// Add: ONNX Runtime's QLinearAdd; ADD, with its ReLU as its activation.
import type { Int8Add } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { activation } from './tflite-options';

export const add: Exporter<Int8Add> = {
  onnx({ relu }, { inputs, output, emit }) {
    emit({ op: 'QLinearAdd', domain: 'com.microsoft', inputs: [...inputs.flat(), ...output], relu });
  },
  tflite({ relu }, { inputs, output, emit }) {
    emit({ op: 'add', inputs, output: output(), options: { type: 11, fields: [activation(relu)] } });
  },
};
