// QuantizedConv2d, or QuantizedConvReLU2d.
import { flag } from '../../core/schema';
import type { Int8Conv } from '../int8-model';
import type { Definition } from './definition';
import { checkWeighted, computeWeighted, WEIGHTED_ARRAYS, weightedFields } from './weighted';
import { checkWindow, windowFields } from './window';

export const conv: Definition<Int8Conv> = {
  arity: 1,
  fields: { ...windowFields, relu: flag, ...weightedFields },
  arrays: WEIGHTED_ARRAYS,
  check(op, at) {
    const { kernel } = op;
    checkWindow(op, at, kernel - 1, at.output.c);
    checkWeighted(op, at, kernel * kernel * at.inputs[0].c);
  },
  compute: (op, [input], output) => computeWeighted(op, op, op.relu, input, output),
};
