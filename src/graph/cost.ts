// What each layer costs: multiply-accumulates, parameters, and how many of both ever meet the map instead of padding.
// Not for measured time: the engine's plan and the report have that.
import type { ConvAttrs, Graph, GraphNode, MapShape } from './types';

/** Counts for one image. Live: without the taps that fall on padding (MACs), or fall on it at every pixel (weights). */
export interface LayerCost {
  readonly id: string;
  readonly macs: number;
  readonly liveMacs: number;
  /** Trainable ones: weights, biases, batch norm's gamma and beta. */
  readonly parameters: number;
  readonly weights: number;
  readonly liveWeights: number;
}

/** The cost of every node that has parameters, in graph order. */
export function layerCosts(graph: Graph): LayerCost[] {
  const shapes = new Map(graph.nodes.map((node) => [node.id, node.out]));
  return graph.nodes.flatMap((node) => {
    const cost = nodeCost(node, shapes.get(node.inputs[0])!);
    return cost ? [{ id: node.id, ...cost }] : [];
  });
}

/** The sum of all layers. */
export function totalCost(costs: readonly LayerCost[]): Omit<LayerCost, 'id'> {
  const sum = (key: Exclude<keyof LayerCost, 'id'>) => costs.reduce((total, cost) => total + cost[key], 0);
  return {
    macs: sum('macs'),
    liveMacs: sum('liveMacs'),
    parameters: sum('parameters'),
    weights: sum('weights'),
    liveWeights: sum('liveWeights'),
  };
}

function nodeCost(node: GraphNode, input: MapShape): Omit<LayerCost, 'id'> | undefined {
  switch (node.op) {
    case 'bn':
      return { macs: 0, liveMacs: 0, parameters: 2 * node.out.c, weights: 0, liveWeights: 0 };
    case 'linear': {
      const weights = node.inFeatures * node.outFeatures;
      return {
        macs: weights,
        liveMacs: weights,
        parameters: weights + node.outFeatures,
        weights,
        liveWeights: weights,
      };
    }
    case 'conv':
    case 'conv_bn': {
      const { cin, cout, kernel } = node.conv;
      const rows = liveTaps(input.h, node.out.h, node.conv);
      const columns = liveTaps(input.w, node.out.w, node.conv);
      const channels = cin * cout;
      const weights = kernel * kernel * channels;
      return {
        macs: node.out.h * node.out.w * weights,
        liveMacs: rows.meetings * columns.meetings * channels,
        parameters: weights + (node.op === 'conv_bn' ? 2 * cout : 0),
        weights,
        liveWeights: rows.taps * columns.taps * channels,
      };
    }
  }
  return undefined;
}

/** Along one axis: how often a tap meets the map, summed over output positions, and how many taps ever do. */
function liveTaps(size: number, positions: number, conv: ConvAttrs): { meetings: number; taps: number } {
  let meetings = 0;
  let taps = 0;
  for (let tap = 0; tap < conv.kernel; tap++) {
    let hits = 0;
    for (let position = 0; position < positions; position++) {
      const at = position * conv.stride + tap - conv.pad;
      if (at >= 0 && at < size) hits++;
    }
    meetings += hits;
    if (hits > 0) taps++;
  }
  return { meetings, taps };
}
