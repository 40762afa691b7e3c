// The convolutions of a network as a device tunes its kernels on them. Not for running them.
import type { Convolution } from '../device/conv-shape';
import { nodeById } from '../graph/graph';
import type { Graph } from '../graph/types';

/** In the order of the graph; of layers alike, each. */
export function convolutionsOf(graph: Graph): Convolution[] {
  return graph.nodes.flatMap((node) => {
    if (node.op !== 'conv') return [];
    const { h, w } = nodeById(graph, node.inputs[0]).out;
    const { cin: ci, cout: co, kernel, stride, pad } = node.conv;
    const maps = { h, w, ci, oh: node.out.h, ow: node.out.w, co };
    return [{ ...maps, kh: kernel, kw: kernel, sh: stride, sw: stride, padTop: pad, padLeft: pad }];
  });
}
