// The one table of how operations run: one that has no entry here does not compile.
import type { Int8Op } from '../../int8/int8-model';
import { add } from './add';
import { avgpool } from './avgpool';
import { batchnorm } from './batchnorm';
import { conv } from './conv';
import { linear } from './linear';
import type { Lowering } from './lowering';
import { maxpool } from './maxpool';
import { relu } from './relu';

const LOWERINGS: { readonly [Op in Int8Op['op']]: Lowering<Extract<Int8Op, { op: Op }>> } = {
  conv,
  linear,
  maxpool,
  add,
  relu,
  batchnorm,
  avgpool,
};

/** The entry of an operation. */
export function loweringOf<Op extends Int8Op>(op: Op): Lowering<Op> {
  return LOWERINGS[op.op] as unknown as Lowering<Op>;
}
