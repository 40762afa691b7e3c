// Questions every pass asks a graph: which node has this id, who reads it, is the graph well-formed.
// Not for changing graphs: fuse.ts and src/quant/prepare.ts do that.
import { operationOf } from './ops/table';
import type { Graph, GraphNode, MapShape } from './types';

/** The node of that id; throws when there is none. */
export function nodeById(graph: Graph, id: string): GraphNode {
  const node = graph.nodes.find((n) => n.id === id);
  if (!node) throw new Error(`${graph.name} has no node ${id}`);
  return node;
}

/** The shape of one input: the image. */
export const inputShape = ({ nodes }: Graph): MapShape => nodes[0].out;

/** The length of one output: the number of classes. */
export const classCount = ({ nodes }: Graph): number => nodes[nodes.length - 1].out.c;

/** For every node's id, the ids of the nodes that read its output, in graph order (twice if they read it twice). */
export function consumers(graph: Graph): Map<string, string[]> {
  const readers = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const node of graph.nodes) for (const input of node.inputs) readers.get(input)!.push(node.id);
  return readers;
}

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
    const operation = operationOf(node);
    const { arity } = operation;
    if (node.inputs.length !== arity) throw fail(`${node.inputs.length} inputs instead of ${arity}`);
    const inputs = node.inputs.map((id) => {
      const shape = shapes.get(id);
      if (!shape) throw fail(`input ${id} does not stand before it`);
      return shape;
    });
    const out = operation.shape(node, inputs);
    if (!out || out.h !== node.out.h || out.w !== node.out.w || out.c !== node.out.c) throw fail('shapes do not fit');
    shapes.set(node.id, node.out);
  }
}
