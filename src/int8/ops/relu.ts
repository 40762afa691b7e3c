// ReLU that stands alone.
import { expectInputsQParams, expectShape } from '../checks';
import type { Int8Relu } from '../int8-model';
import type { Definition } from './definition';

export const relu: Definition<Int8Relu> = {
  arity: 1,
  fields: {},
  arrays: [],
  check(_, at) {
    expectShape(at, at.inputs[0]);
    expectInputsQParams(at);
  },
  compute:
    (_op, _inputs, { q }) =>
    (codes) =>
      codes.map((code) => Math.max(code, q.zeroPoint)),
};
