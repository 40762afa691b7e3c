// A network cut where it is narrowest: blocks between tensors through which everything that follows depends on what came
// before, as are a residual block's input and output. Not for running them.
import type { Graph, GraphNode } from './types';

/**
 * Every block as a graph of its own, its input node standing for the tensor it reads. Each holds weights; what has none
 * belongs to the block that reads it, but a ReLU, and what follows the last weights, to the block before.
 * @returns in order; together they hold each node once, but for the inputs
 */
export function blocksOf({ name, nodes }: Graph): Graph[] {
  const cuts = waists(nodes);
  const blocks: Graph[] = [];
  let start = 0;
  for (const [i, at] of cuts.entries()) {
    const own = nodes.slice(start + 1, at + 1);
    const next = cuts[i + 1];
    const goesOn = next === at + 1 && nodes[next].op === 'relu';
    const isLast = next === undefined;
    if (!isLast && (!own.some(hasWeight) || goesOn || !nodes.slice(at + 1).some(hasWeight))) continue;
    const { id, out } = nodes[start];
    blocks.push({ name: `${name}, to ${nodes[at].id}`, nodes: [{ id, op: 'input', inputs: [], out }, ...own] });
    start = at;
  }
  return blocks;
}

/** Positions of the nodes past which nothing reads what came before them. */
function waists(nodes: readonly GraphNode[]): number[] {
  const lastReader = new Map<string, number>();
  nodes.forEach(({ inputs }, i) => inputs.forEach((id) => lastReader.set(id, i)));
  let furthest = 0;
  return nodes.flatMap(({ id }, i) => {
    const isWaist = furthest <= i;
    furthest = Math.max(furthest, lastReader.get(id) ?? 0);
    return isWaist ? [i] : [];
  });
}

const hasWeight = ({ op }: GraphNode): boolean => op === 'conv' || op === 'linear';
