// The one table of operations: a node that has no entry here does not compile.
// Not for what an operation does: its file beside this one.
import type { GraphNode } from '../types';
import { add } from './add';
import { avgpool } from './avgpool';
import { bn } from './bn';
import { dequant, quant } from './boundary';
import { conv } from './conv';
import { flatten } from './flatten';
import { input } from './input';
import { linear } from './linear';
import { maxpool } from './maxpool';
import type { Operation } from './operation';
import { relu } from './relu';

const OPERATIONS: { readonly [Op in GraphNode['op']]: Operation<Extract<GraphNode, { op: Op }>> } = {
  input,
  quant,
  dequant,
  conv,
  bn,
  relu,
  add,
  maxpool,
  avgpool,
  flatten,
  linear,
};

/** The entry of a node's operation. */
export function operationOf<N extends GraphNode>(node: N): Operation<N> {
  return OPERATIONS[node.op] as unknown as Operation<N>;
}
