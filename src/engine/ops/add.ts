// Add, with the ReLU that follows it: in float32 where that is proven exact, else in double precision; a unit is 16 codes.
import type { Int8Add } from '../../int8/int8-model';
import { dequantization } from '../../int8/requantize';
import {
  ADD_BIAS1,
  ADD_BIAS2,
  ADD_FACTOR1,
  ADD_FACTOR2,
  ADD_HIGH,
  ADD_INV_SCALE,
  ADD_LOW,
  ADD_OFFSET,
  ADD_SCALE1,
  ADD_SCALE2,
  ADD_ZERO,
  KIND_ADD,
  KIND_FAST_ADD,
} from '../assembly/layout';
import { findFastAdd } from '../fast-add';
import { f32, f64, i32 } from '../record';
import { codeVectors, outputRange, storedOf } from '../stored';
import type { Lowering } from './lowering';

export const add: Lowering<Int8Add> = {
  relu: ({ relu }) => relu,
  absorbsRelu: true,
  keepsSign: false,
  record(_, step, plan) {
    const operands = step.inputs.map((index) => {
      const { offset, rebase, max } = storedOf(plan, index);
      const { scale, bias } = dequantization(plan.model.tensors[index].q);
      // Exact: a double holds code * scale + bias, whatever was subtracted from the code.
      return { offset, max, scale, bias: bias + scale * rebase };
    });
    const [a, b] = operands;
    const inverseScale = Math.fround(1 / plan.model.tensors[step.output].q.scale);
    const { low, high, zero } = outputRange(plan, step);
    const fast = findFastAdd({ operands, inverseScale, low, high });
    return {
      kind: fast ? KIND_FAST_ADD : KIND_ADD,
      units: codeVectors(plan, step),
      inputs: [a.offset, b.offset],
      output: storedOf(plan, step.output).offset,
      fields: [
        f32(ADD_LOW, low),
        f32(ADD_HIGH, high),
        i32(ADD_ZERO, zero),
        ...(fast
          ? [f32(ADD_FACTOR1, fast.factors[0]), f32(ADD_FACTOR2, fast.factors[1]), f32(ADD_OFFSET, fast.offset)]
          : [
              f32(ADD_INV_SCALE, inverseScale),
              f64(ADD_SCALE1, a.scale),
              f64(ADD_BIAS1, a.bias),
              f64(ADD_SCALE2, b.scale),
              f64(ADD_BIAS2, b.bias),
            ]),
      ],
    };
  },
};
