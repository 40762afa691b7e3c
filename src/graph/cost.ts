// What each layer costs: multiply-accumulates, parameters, and how many of both ever meet the map instead of padding.
// Not for measured time: the engine's plan and the report have that.
import type { Cost } from './ops/operation';
import { operationOf } from './ops/table';
import type { Graph } from './types';

export interface LayerCost extends Cost {
  readonly id: string;
}

/** The cost of every node that has parameters, in graph order. */
export function layerCosts(graph: Graph): LayerCost[] {
  const shapes = new Map(graph.nodes.map((node) => [node.id, node.out]));
  return graph.nodes.flatMap((node) => {
    const cost = operationOf(node).cost?.(node, shapes.get(node.inputs[0])!);
    return cost ? [{ id: node.id, ...cost }] : [];
  });
}

/** The sum of all layers. */
export function totalCost(costs: readonly LayerCost[]): Cost {
  const total = (key: keyof Cost) => sum(costs.map((cost) => cost[key]));
  return {
    macs: total('macs'),
    liveMacs: total('liveMacs'),
    parameters: total('parameters'),
    weights: total('weights'),
    liveWeights: total('liveWeights'),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
