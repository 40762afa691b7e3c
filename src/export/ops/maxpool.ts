// Max pooling of codes: MaxPool; MAX_POOL_2D.
import { windowAttributes } from '../../graph/ops/maxpool';
import type { Int8MaxPool } from '../../int8/int8-model';
import type { Exporter } from './exporter';
import { poolOptions } from './tflite-options';

export const maxpool: Exporter<Int8MaxPool> = {
  onnx(op, { inputs: [[value]], emit }) {
    emit({ op: 'MaxPool', inputs: [value], attributes: windowAttributes(op) });
  },
  tflite({ name, kernel, stride, pad }, at) {
    if (pad > 0 && at.from[0].q.zeroPoint > 0) throw new Error(`${name}: padding is not the smallest code`);
    const output = at.output();
    const source = pad > 0 ? at.padded(pad) : at.inputs[0];
    at.emit({ op: 'maxPool', inputs: [source], output, options: poolOptions(stride, { h: kernel, w: kernel }) });
  },
};
