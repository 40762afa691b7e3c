// Questions every pass asks a graph: which node has this id, who reads it, is the graph well-formed.
// Not for changing graphs: fuse.ts and src/quant/prepare.ts do that.
import { impossible } from '../core/impossible';
import type { ConvAttrs, Graph, GraphNode, MapShape } from './types';

/** The node of that id; throws when there is none. */
export function nodeById(graph: Graph, id: string): GraphNode {
  const node = graph.nodes.find((n) => n.id === id);
  if (!node) throw new Error(`${graph.name} has no node ${id}`);
  return node;
}

/** For every node's id, the ids of the nodes that read its output, in graph order (twice if they read it twice). */
export function consumers(graph: Graph): Map<string, string[]> {
  const readers = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const node of graph.nodes) for (const input of node.inputs) readers.get(input)!.push(node.id);
  return readers;
}

/** Output length of a convolution or pooling along one axis: floor((size + 2 pad - kernel) / stride) + 1. */
export function outputLength(size: number, window: Pick<ConvAttrs, 'kernel' | 'stride' | 'pad'>): number {
  return Math.floor((size + 2 * window.pad - window.kernel) / window.stride) + 1;
}

/** Inputs of each operation. */
const ARITY: Readonly<Record<GraphNode['op'], number>> = {
  input: 0,
  quant: 1,
  dequant: 1,
  conv: 1,
  bn: 1,
  conv_bn: 1,
  relu: 1,
  maxpool: 1,
  avgpool: 1,
  flatten: 1,
  linear: 1,
  add: 2,
};

/**
 * Throws an Error that names the first node whose id is taken, whose inputs do not stand before it, whose number of
 * inputs is wrong, or whose output shape does not follow from its input's; or says that there is no node.
 */
export function checkGraph(graph: Graph): void {
  if (graph.nodes.length === 0) throw new Error(`${graph.name} has no nodes`);
  const shapes = new Map<string, MapShape>();
  for (const node of graph.nodes) {
    const fail = (what: string) => new Error(`${graph.name}, node ${node.id} (${node.op}): ${what}`);
    if (shapes.has(node.id)) throw fail('id used twice');
    const arity = ARITY[node.op];
    if (node.inputs.length !== arity) throw fail(`${node.inputs.length} inputs instead of ${arity}`);
    const inputs = node.inputs.map((id) => {
      const shape = shapes.get(id);
      if (!shape) throw fail(`input ${id} does not stand before it`);
      return shape;
    });
    if (node.op !== 'input' && !inputs.every((input) => accepts(node, input))) throw fail('shapes do not fit');
    shapes.set(node.id, node.out);
  }
}

/** Whether node.out follows from this input shape. */
function accepts(node: Exclude<GraphNode, { op: 'input' }>, input: MapShape): boolean {
  const out = (h: number, w: number, c: number) => node.out.h === h && node.out.w === w && node.out.c === c;
  switch (node.op) {
    case 'conv':
    case 'conv_bn':
      return (
        input.c === node.conv.cin &&
        out(outputLength(input.h, node.conv), outputLength(input.w, node.conv), node.conv.cout)
      );
    case 'maxpool':
      return out(outputLength(input.h, node), outputLength(input.w, node), input.c);
    case 'avgpool':
      return out(1, 1, input.c);
    case 'flatten':
      return out(1, 1, input.h * input.w * input.c);
    case 'linear':
      return input.h * input.w * input.c === node.inFeatures && out(1, 1, node.outFeatures);
    case 'quant':
    case 'dequant':
    case 'bn':
    case 'relu':
    case 'add':
      return out(input.h, input.w, input.c);
    default:
      return impossible(node, 'node');
  }
}
