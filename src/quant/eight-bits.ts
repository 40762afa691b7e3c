// Layers that stay at 8 bits where the others have fewer: a pass over a prepared graph's specifications.
// Not for giving single layers widths of their own, nor for finding out which layers need them.
import { nodeById } from '../graph/graph';
import { quantizedLike } from './freeze';
import type { FakeQuantSpec, NodeQuant, QatGraph, WeightSpec } from './types';

/**
 * 'edges': the image and the weights of the layers that read it; the layer that gives the network's output with its
 * input, weights and output. 'edges_and_sums': the outputs of skip adds, too, which every later block adds to.
 */
export type KeepEight = 'none' | 'edges' | 'edges_and_sums';

/**
 * The graph with what `which` names at 8 bits: weights -128..127 (-127..127 where their range is narrow), activations
 * 0..127, fbgemm's reduce_range. What has as many codes or more stays as it is.
 */
export function keepEightBits(graph: QatGraph, which: KeepEight): QatGraph {
  if (which === 'none') return graph;
  const { nodes } = graph;
  const image = nodes.find(({ op }) => op === 'quant')!.id;
  const last = nodeById(graph, quantizedLike(graph, nodes[nodes.length - 1]));
  const sourcesOf = (inputs: readonly string[]) => inputs.map((id) => quantizedLike(graph, nodeById(graph, id)));
  const sums = which === 'edges_and_sums' ? nodes.filter(({ op }) => op === 'add').map(({ id }) => id) : [];
  const activations = new Set([image, last.id, ...sourcesOf(last.inputs), ...sums]);

  const quant: Record<string, NodeQuant> = {};
  for (const [id, spec] of Object.entries(graph.quant)) {
    const { activation, weight } = spec;
    const readsImage = weight && sourcesOf(nodeById(graph, id).inputs).includes(image);
    quant[id] = {
      ...spec,
      ...(activation && activations.has(id) && { activation: eightBitActivation(activation) }),
      ...(weight && (readsImage || id === last.id) && { weight: eightBitWeight(weight) }),
    };
  }
  return { ...graph, quant };
}

const eightBitActivation = <Spec extends FakeQuantSpec>(spec: Spec): Spec => ({
  ...spec,
  qmax: Math.max(spec.qmax, 127),
});

const eightBitWeight = (spec: WeightSpec): WeightSpec => ({
  ...spec,
  qmin: spec.qmin === -spec.qmax ? -127 : -128,
  qmax: 127,
});
