// The one table of the integer model's operations: one that has no entry here does not compile.
// Not for what an operation is: its file beside this one.
import type { Int8Op } from '../int8-model';
import { add } from './add';
import { avgpool } from './avgpool';
import { batchnorm } from './batchnorm';
import { conv } from './conv';
import type { Definition } from './definition';
import { linear } from './linear';
import { maxpool } from './maxpool';
import { relu } from './relu';

export const DEFINITIONS: { readonly [Op in Int8Op['op']]: Definition<Extract<Int8Op, { op: Op }>> } = {
  conv,
  linear,
  maxpool,
  add,
  relu,
  batchnorm,
  avgpool,
};

/** The entry of an operation. */
export function definitionOf<Op extends Int8Op>(op: Op): Definition<Op> {
  return DEFINITIONS[op.op] as unknown as Definition<Op>;
}
