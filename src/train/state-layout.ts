// What the state of a run consists of, read off its graph: names and sizes. Not for the values: state.ts.
import { elements } from '../core/params';
import { operationOf } from '../graph/ops/table';
import type { Graph } from '../graph/types';
import { rangeCount } from '../quant/granularity';
import { learnedQuantizers } from '../quant/learned';
import { weightKey } from '../quant/prepare';
import type { QatGraph } from '../quant/types';

export interface StateLayout {
  /** PyTorch's name of each trainable parameter -> its length, in the order of the graph. */
  readonly trainable: ReadonlyMap<string, number>;
  /** Name of each running mean and variance -> its length. */
  readonly running: ReadonlyMap<string, number>;
  /** Name of each learned quantizer's scales and zero points -> its length, 2 * channels. */
  readonly learned: ReadonlyMap<string, number>;
  /** Node id or weightKey of each observed range -> its channels. */
  readonly ranges: ReadonlyMap<string, number>;
  /** Node ids of the histograms. */
  readonly histograms: ReadonlySet<string>;
}

/** @param graph fused: FP32, or prepared for QAT */
export function stateLayout(graph: Graph | QatGraph): StateLayout {
  const trainable = new Map<string, number>();
  const running = new Map<string, number>();
  const ranges = new Map<string, number>();
  const histograms = new Set<string>();
  const quant = 'quant' in graph ? graph.quant : {};
  for (const node of graph.nodes) {
    for (const { name, shape, trainable: learned } of operationOf(node).params?.(node) ?? [])
      (learned ? trainable : running).set(name, elements(shape));
    const { activation, weight } = quant[node.id] ?? {};
    if (activation?.observer === 'histogram') histograms.add(node.id);
    else if (activation && activation.observer !== 'learned') ranges.set(node.id, 1);
    if (weight && weight.observer !== 'learned') ranges.set(weightKey(node.id), rangeCount(weight, node.out.c));
  }
  const quantizers = 'quant' in graph ? learnedQuantizers(graph) : [];
  const learned = new Map(quantizers.map(({ name, channels }) => [name, 2 * channels]));
  return { trainable, running, learned, ranges, histograms };
}
