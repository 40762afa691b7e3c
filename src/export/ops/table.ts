// The one table of how operations of the integer model are exported: one that has no entry here does not compile.
import type { Int8Op } from '../../int8/int8-model';
import { add } from './add';
import { avgpool } from './avgpool';
import { batchnorm } from './batchnorm';
import { conv } from './conv';
import type { Exporter } from './exporter';
import { linear } from './linear';
import { maxpool } from './maxpool';
import { relu } from './relu';

const EXPORTERS: { readonly [Op in Int8Op['op']]: Exporter<Extract<Int8Op, { op: Op }>> } = {
  conv,
  linear,
  maxpool,
  add,
  relu,
  batchnorm,
  avgpool,
};

/** The entry of an operation. */
export function exporterOf<Op extends Int8Op>(op: Op): Exporter<Op> {
  return EXPORTERS[op.op] as unknown as Exporter<Op>;
}
