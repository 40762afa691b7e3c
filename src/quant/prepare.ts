// torch.ao.quantization.prepare_qat as a pass: stubs at both ends, observers and fake-quants where eager PyTorch has them.
// Not for running them: src/train does.
import { checkGraph, consumers, nodeById } from '../graph/graph';
import { operationOf } from '../graph/ops/table';
import type { Graph, GraphNode } from '../graph/types';
import type { NodeQuant, QatGraph, QConfig } from './types';

export interface PrepareOptions {
  /** true: FloatFunctional.add_relu, observed after the ReLU; false: add, observed with its sign, then ReLU. */
  readonly fuseAddRelu: boolean;
}

/**
 * A graph with 'quant' after its input and 'dequant' at its end, and a NodeQuant for the quant stub, every convolution
 * (after its ReLU where it is fused), every batch norm of its own, every skip add and every linear layer; weights too where
 * there are any. ReLU, pooling and flatten keep their input's qparams. Ranges are kept under the node's id, of weights under `${id}.weight`.
 */
export function prepareQat(graph: Graph, qconfig: QConfig, options: PrepareOptions): QatGraph {
  checkGraph(graph);
  const { nodes } = withStubs(options.fuseAddRelu ? withAddRelu(graph) : graph);
  const { activation, weight } = qconfig;
  const quant: Record<string, NodeQuant> = {};
  for (const node of nodes) {
    const { quantized } = operationOf(node);
    if (quantized === 'output') quant[node.id] = { activation };
    if (quantized === 'output and weight') quant[node.id] = { activation, weight };
  }
  return { name: graph.name, nodes, qconfig, quant };
}

/** The key of a node's weight range. */
export const weightKey = (id: string): string => `${id}.weight`;

/** Each ReLU that alone reads an add becomes part of it. */
function withAddRelu(graph: Graph): Graph {
  const readers = consumers(graph);
  const renamed = new Map<string, string>();
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== 'add') return node;
    const [reader, ...others] = readers.get(node.id)!;
    if (reader === undefined || others.length > 0 || nodeById(graph, reader).op !== 'relu') return node;
    renamed.set(reader, node.id);
    return { ...node, relu: true };
  });
  return {
    name: graph.name,
    nodes: nodes
      .filter((node) => !renamed.has(node.id))
      .map((node) => ({ ...node, inputs: node.inputs.map((id) => renamed.get(id) ?? id) })),
  };
}

function withStubs(graph: Graph): Graph {
  const nodes = graph.nodes.flatMap((node): GraphNode[] =>
    node.op === 'input'
      ? [node, { id: 'quant', op: 'quant', inputs: [node.id], out: node.out }]
      : [{ ...node, inputs: node.inputs.map((id) => (nodeById(graph, id).op === 'input' ? 'quant' : id)) }],
  );
  const last = nodes[nodes.length - 1];
  return { name: graph.name, nodes: [...nodes, { id: 'dequant', op: 'dequant', inputs: [last.id], out: last.out }] };
}
