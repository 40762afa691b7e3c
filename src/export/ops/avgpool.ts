// Average pooling: ONNX Runtime's QLinearGlobalAveragePool; GlobalAveragePool; AVERAGE_POOL_2D. A 1 x 1 map already is its mean.
import type { Int8AvgPool } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { poolOptions } from './tflite-options';

export const avgpool: Exporter<Int8AvgPool> = {
  qlinear(_, { from: [{ h, w }], inputs: [input], output, emit, is }) {
    if (h * w === 1) is(input[0]);
    else emit({ op: 'QLinearGlobalAveragePool', domain: 'com.microsoft', inputs: [...input, ...output] });
  },
  qdq(_, { from: [{ h, w }], inputs: [input], emit, is }) {
    if (h * w === 1) is(input.codes);
    else emit({ op: 'GlobalAveragePool', inputs: [input.real()] });
  },
  tflite(_, { from: [map], inputs, output, emit, is }) {
    if (map.h * map.w === 1) is(inputs[0]);
    else emit({ op: 'averagePool', inputs, output: output(), options: poolOptions(1, map) });
  },
};
