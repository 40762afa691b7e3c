// Average pooling: ONNX Runtime's QLinearGlobalAveragePool; AVERAGE_POOL_2D. A 1 x 1 map already is its mean.
import type { Int8AvgPool } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { poolOptions } from './tflite-options';

export const avgpool: Exporter<Int8AvgPool> = {
  onnx(_, { from: [{ h, w }], inputs: [input], output, emit, is }) {
    if (h * w === 1) is(input[0]);
    else emit({ op: 'QLinearGlobalAveragePool', domain: 'com.microsoft', inputs: [...input, ...output] });
  },
  tflite(_, { from: [map], inputs, output, emit, is }) {
    if (map.h * map.w === 1) is(inputs[0]);
    else emit({ op: 'averagePool', inputs, output: output(), options: poolOptions(1, map) });
  },
};
