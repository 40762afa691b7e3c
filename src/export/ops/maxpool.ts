// Max pooling of codes: MaxPool; MAX_POOL_2D.
import { windowAttributes } from '../../graph/ops/maxpool';
import type { Int8MaxPool } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { poolOptions } from './tflite-options';

export const maxpool: Exporter<Int8MaxPool> = {
  qlinear(op, { inputs: [[value]], emit }) {
    emit({ op: 'MaxPool', inputs: [value], attributes: windowAttributes(op) });
  },
  qdq(op, { inputs: [input], emit }) {
    emit({ op: 'MaxPool', inputs: [input.real()], attributes: windowAttributes(op) });
  },
  tflite({ kernel, stride, pad }, at) {
    const output = at.output();
    const source = pad > 0 ? at.padded(pad, 'lowest') : at.inputs[0];
    at.emit({ op: 'maxPool', inputs: [source], output, options: poolOptions(stride, { h: kernel, w: kernel }) });
  },
};
