// QuantizedLinear, on a vector.
import { ONE_PIXEL } from '../../core/window';
import { expectShape, refuse } from '../checks';
import type { Int8Linear } from '../int8-model';
import type { Definition } from './definition';
import { checkWeighted, computeWeighted, WEIGHTED_ARRAYS, weightedFields } from './weighted';

export const linear: Definition<Int8Linear> = {
  arity: 1,
  fields: weightedFields,
  arrays: WEIGHTED_ARRAYS,
  check(op, at) {
    const [{ h, w, c }] = at.inputs;
    if (h !== 1 || w !== 1) refuse(at.where, 'it takes a vector, not a map');
    expectShape(at, { h: 1, w: 1, c: at.output.c });
    checkWeighted(op, at, c);
  },
  compute: (op, [input], output) => computeWeighted(op, ONE_PIXEL, false, input, output),
};
