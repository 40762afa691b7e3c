// The weight observers' last look, at the folded weights: what evaluation and conversion both quantize over.
// Not for observing while training: src/train/ops/quantize.ts.
import type { ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { inferenceWeights } from '../graph/fold';
import { rangeCount } from './granularity';
import { minMax, nextRange } from './observers';
import { weightKey } from './prepare';
import type { QatGraph } from './types';

/**
 * Ranges with those of the weights after one more look at them, where batch norm is folded. A training step observes
 * before it changes the weights, so without this the ranges lag one step behind; PyTorch's observers look again in
 * evaluation and in convert, too.
 */
export function observeWeights(
  graph: QatGraph,
  params: ParamStore,
  ranges: ReadonlyMap<string, ObservedRange>,
): ReadonlyMap<string, ObservedRange> {
  const next = new Map(ranges);
  for (const node of graph.nodes) {
    const spec = graph.quant[node.id]?.weight;
    if (!spec || spec.observer === 'learned' || (node.op !== 'conv' && node.op !== 'linear')) continue;
    const { weight } = inferenceWeights(node, params);
    const key = weightKey(node.id);
    next.set(key, nextRange(ranges.get(key), minMax(weight.data, rangeCount(spec, node.out.c)), spec));
  }
  return next;
}
