// quantized::add, or add_relu: both inputs dequantized by one multiply-add, added, (ReLU), requantized half to even, all
// in float32.
import { roundHalfEven } from '../../core/rounding';
import { flag } from '../../core/schema';
import { expectShape } from '../checks';
import type { Int8Add } from '../int8-model';
import { dequantization } from '../requantize';
import { clamp, type Definition } from './definition';

const f32 = Math.fround;

export const add: Definition<Int8Add> = {
  arity: 2,
  fields: { relu: flag },
  arrays: [],
  check: (_, at) => at.inputs.forEach((input) => expectShape(at, input)),
  compute({ relu }, [a, b], { q }) {
    const [fromA, fromB] = [dequantization(a.q), dequantization(b.q)];
    const inverse = f32(1 / q.scale);
    return (codesA, codesB) =>
      codesA.map((code, i) => {
        const sum = f32(f32(code * fromA.scale + fromA.bias) + f32(codesB[i] * fromB.scale + fromB.bias));
        const real = relu ? Math.max(sum, 0) : sum;
        return clamp(roundHalfEven(f32(real * inverse)) + q.zeroPoint, q.qmin, q.qmax);
      });
  },
};
