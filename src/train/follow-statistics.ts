// What re-estimated statistics of batch norms make of a trained network: the statistics in place of the running ones, and
// quantizers that follow the weights. Not for estimating them: reestimate.ts.
import type { ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { parameter } from '../graph/fold';
import type { Graph } from '../graph/types';
import { qparamsName } from '../quant/learned';
import { weightKey } from '../quant/prepare';
import type { QatGraph } from '../quant/types';

interface Network {
  readonly params: ParamStore;
  readonly ranges: ReadonlyMap<string, ObservedRange>;
}

/**
 * The network with these statistics. A weight is quantized times gamma / sigma, which changes with the variance: its range,
 * or its learned scale, is multiplied by sigma before / sigma after, so that every weight keeps the code it was trained with.
 * @param statistics by name; empty: the network is what it was
 */
export function followStatistics(graph: Graph | QatGraph, network: Network, statistics: ParamStore): Network {
  if (statistics.size === 0) return network;
  const params = new Map([...network.params, ...statistics]);
  const ranges = new Map(network.ranges);
  for (const node of graph.nodes) {
    if (node.op !== 'conv' || !node.bn) continue;
    const { prefix, eps } = node.bn;
    const [before, after] = [network.params, statistics].map(
      (store) => parameter(store, `${prefix}.running_var`, node.out.c).data,
    );
    const ratio = before.map((variance, c) => Math.sqrt((variance + eps) / (after[c] + eps)));
    const key = weightKey(node.id);
    const range = ranges.get(key);
    if (range) ranges.set(key, { min: range.min.map(timesOf(ratio)), max: range.max.map(timesOf(ratio)) });
    const name = qparamsName(key);
    const learned = params.get(name);
    if (learned)
      params.set(name, { ...learned, data: learned.data.map((v, i) => (i % 2 === 0 ? v * ratio[i / 2] : v)) });
  }
  return { params, ranges };
}

const timesOf = (ratio: Float32Array) => (value: number, c: number) => value * ratio[c];
