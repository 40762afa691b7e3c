// torch.ao.quantization.fuse_modules as a pass: a convolution takes up its batch norm and its ReLU.
// Nothing is folded here: the batch norm keeps its parameters (fold.ts folds them for inference).
import { checkGraph, consumers } from './graph';
import type { ConvNode, Graph, GraphNode } from './types';

/** One fusion: where the new node stands, the module paths it replaces, PyTorch's name of the fused module. */
export interface Fusion {
  readonly id: string;
  readonly parts: readonly string[];
  readonly kind: 'ConvBn2d' | 'ConvBnReLU2d' | 'ConvReLU2d';
}

/**
 * Fuses every convolution with the batch norm that alone reads it, and with the ReLU that alone reads what is left. A bias
 * of its own it keeps, as PyTorch's module does. The fused node stands at the convolution's id; readers of the last part read it instead.
 */
export function fuse(graph: Graph): { graph: Graph; fused: Fusion[] } {
  checkGraph(graph);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const readers = consumers(graph);
  const onlyReader = (id: string): GraphNode | undefined => {
    const ids = readers.get(id)!;
    return ids.length === 1 ? byId.get(ids[0]) : undefined;
  };

  const fused: Fusion[] = [];
  const replaced = new Map<string, ConvNode>();
  /** The last part's id to the fused node's. */
  const renamed = new Map<string, string>();
  const dropped = new Set<string>();
  for (const conv of graph.nodes) {
    if (conv.op !== 'conv') continue;
    const next = onlyReader(conv.id);
    const bn = next?.op === 'bn' && !conv.bn ? next : undefined;
    const last = bn ? onlyReader(bn.id) : next;
    const relu = last?.op === 'relu' ? last : undefined;
    if (!bn && !relu) continue;
    const parts = [conv, bn, relu].flatMap((node) => (node ? [node.id] : []));
    fused.push({ id: conv.id, parts, kind: bn ? (relu ? 'ConvBnReLU2d' : 'ConvBn2d') : 'ConvReLU2d' });
    replaced.set(conv.id, { ...conv, bn: bn?.bn, relu: relu !== undefined });
    renamed.set(parts.at(-1)!, conv.id);
    for (const part of parts.slice(1)) dropped.add(part);
  }

  const nodes = graph.nodes
    .filter((node) => !dropped.has(node.id))
    .map((node) => replaced.get(node.id) ?? node)
    .map((node) => ({ ...node, inputs: node.inputs.map((id) => renamed.get(id) ?? id) }));
  return { graph: { name: graph.name, nodes }, fused };
}
