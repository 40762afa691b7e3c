// Global average, as PyTorch 2.13 computes it on contiguous maps: RNE of the sum of codes times the float32 inverse of the
// number of pixels.
import { roundHalfEven } from '../../core/rounding';
import { expectInputsQParams, expectShape } from '../checks';
import type { Int8AvgPool } from '../int8-model';
import type { Definition } from './definition';

const f32 = Math.fround;

export const avgpool: Definition<Int8AvgPool> = {
  arity: 1,
  fields: {},
  arrays: [],
  check(_, at) {
    expectShape(at, { h: 1, w: 1, c: at.inputs[0].c });
    expectInputsQParams(at);
  },
  compute(_, [{ h, w, c }]) {
    const inverse = f32(1 / (h * w));
    return (codes) =>
      Uint8Array.from({ length: c }, (_, channel) => {
        let sum = 0;
        for (let i = channel; i < codes.length; i += c) sum += codes[i];
        return roundHalfEven(f32(f32(sum) * inverse));
      });
  },
};
