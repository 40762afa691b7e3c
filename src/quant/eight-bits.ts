// Layers that stay at 8 bits where the others have fewer: a pass over a prepared graph's specifications.
// Not for giving single layers widths of their own, nor for finding out which layers need them.
import { nodeById } from '../graph/graph';
import { quantizedLike } from './freeze';
import { withBits } from './qconfigs';
import type { NodeQuant, QatGraph } from './types';

/**
 * 'edges': the image and the weights of the layers that read it; the layer that gives the network's output with its
 * input, weights and output. 'edges_and_sums': the outputs of skip adds, too, which every later block adds to.
 */
export type KeepEight = 'none' | 'edges' | 'edges_and_sums';

const EIGHT = { weightBits: 8, activationBits: 8 };

/** The graph with what `which` names at 8 bits, in the codes that the qconfig has at that width. */
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
    const wide = withBits(spec, EIGHT, graph.qconfig.codes);
    const readsImage = spec.weight && sourcesOf(nodeById(graph, id).inputs).includes(image);
    quant[id] = {
      ...spec,
      ...(spec.activation && activations.has(id) && { activation: wide.activation }),
      ...(spec.weight && (readsImage || id === last.id) && { weight: wide.weight }),
    };
  }
  return { ...graph, quant };
}
