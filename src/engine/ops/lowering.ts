// What the engine asks of an operation of the integer model: one file per operation beside this one, table.ts has them all.
// Not for what its integers are: src/int8/ops.
import type { Window } from '../../core/window';
import type { Int8Op, Int8WeightedOp } from '../../int8/int8-model';
import type { Step } from '../lower';
import type { Plan } from '../plan';
import type { OpRecord } from '../record';

interface Traits<Op extends Int8Op> {
  /** Whether it clamps its codes at the zero point. */
  relu(op: Op): boolean;
  /** Whether a ReLU after it can become part of it. */
  readonly absorbsRelu: boolean;
  /** Whether its codes stay at or above the zero point where its input's do. */
  readonly keepsSign: boolean;
}
interface Convolution<Op> {
  /** As which convolution its kernels are planned. */
  window(op: Op): Window;
}
interface Elementwise<Op> {
  /** What the engine's memory says of it. @param step made of it @param put gives constant data a place in memory */
  record(op: Op, step: Step, plan: Plan, put: (data: ArrayBufferView) => number): OpRecord;
}

/** An operation with weights runs as a convolution, any other as one record of its own. */
export type Lowering<Op extends Int8Op> = Traits<Op> &
  ([Op] extends [Int8WeightedOp] ? Convolution<Op> : Elementwise<Op>);
