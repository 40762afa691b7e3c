// One pass through a graph, node after node. Not for what a node computes: ops/ and those who run them.
import type { Graph, GraphNode } from './types';

/**
 * Computes every node from the outputs of its inputs. @param input what the first node, which has none, is given
 * @returns the last output
 */
export function walk<T>(
  { nodes }: Graph,
  input: T,
  compute: (node: GraphNode, inputs: readonly T[], index: number) => T,
): T {
  const outputs = new Map<string, T>();
  let last = input;
  nodes.forEach((node, index) => {
    const inputs = node.inputs.length > 0 ? node.inputs.map((id) => outputs.get(id)!) : [input];
    last = compute(node, inputs, index);
    outputs.set(node.id, last);
  });
  return last;
}
