// What each layer costs: multiply-accumulates, parameters, and how many of both ever meet the map instead of padding.
// Not for measured time: the engine's plan and the report have that.
import { impossible } from '../core/impossible';
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
  const total = (key: Exclude<keyof LayerCost, 'id'>) => sum(costs.map((cost) => cost[key]));
  return {
    macs: total('macs'),
    liveMacs: total('liveMacs'),
    parameters: total('parameters'),
    weights: total('weights'),
    liveWeights: total('liveWeights'),
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
      const rows = meetings(input.h, node.conv);
      const columns = meetings(input.w, node.conv);
      const channels = cin * cout;
      const weights = kernel * kernel * channels;
      return {
        macs: node.out.h * node.out.w * weights,
        liveMacs: sum(rows) * sum(columns) * channels,
        parameters: weights + (node.op === 'conv_bn' ? 2 * cout : 0),
        weights,
        liveWeights: liveTaps(input, node.conv).length * channels,
      };
    }
    case 'input':
    case 'quant':
    case 'dequant':
    case 'relu':
    case 'add':
    case 'maxpool':
    case 'avgpool':
    case 'flatten':
      return undefined;
    default:
      return impossible(node, 'node');
  }
}

/** The taps of a filter, row-major, that meet the map at any output position; the others only meet padding. */
export function liveTaps({ h, w }: Pick<MapShape, 'h' | 'w'>, conv: ConvAttrs): number[] {
  const columns = meetings(w, conv);
  return meetings(h, conv).flatMap((row, ky) =>
    columns.flatMap((column, kx) => (row > 0 && column > 0 ? [ky * conv.kernel + kx] : [])),
  );
}

/** Along one axis: at how many output positions each tap meets the map. */
function meetings(size: number, { kernel, stride, pad }: ConvAttrs): number[] {
  const hits = new Array<number>(kernel).fill(0);
  for (let start = -pad; start + kernel <= size + pad; start += stride)
    for (let tap = 0; tap < kernel; tap++) if (start + tap >= 0 && start + tap < size) hits[tap]++;
  return hits;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
