// ReLU that stands alone: its output is stored relative to the zero point; a unit is 16 codes.
import type { Int8Relu } from '../../int8/int8-model';
import { KIND_RELU, RELU_REBASE } from '../assembly/layout';
import { i32 } from '../record';
import { codeVectors, storedOf } from '../stored';
import type { Lowering } from './lowering';

export const relu: Lowering<Int8Relu> = {
  relu: () => true,
  absorbsRelu: false,
  keepsSign: true,
  record(_, step, plan) {
    const input = storedOf(plan, step.inputs[0]);
    return {
      kind: KIND_RELU,
      units: codeVectors(plan, step),
      inputs: [input.offset],
      output: storedOf(plan, step.output).offset,
      fields: [i32(RELU_REBASE, input.zero)],
    };
  },
};
