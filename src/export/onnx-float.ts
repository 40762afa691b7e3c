// A fused graph and its parameters -> float32 ONNX: batch norm folded into Conv.
// Not for quantized models: onnx-qdq.ts.
import type { ParamStore } from '../core/params';
import { nodeById } from '../graph/graph';
import type { OnnxAttributes } from '../graph/ops/operation';
import { operationOf } from '../graph/ops/table';
import type { Graph } from '../graph/types';
import { encodeOnnx, type OnnxConstant, type OnnxNode } from './onnx-file';

/**
 * A model whose input 'image' is [N, c, h, w] normalised float32 and whose output is the graph's, 'logits' [N, classes].
 * @param graph fused, ending in a linear layer; @param params PyTorch's state dict
 * @throws PlaygroundError 'bad-file' when parameters do not fit
 */
export function floatToOnnx(graph: Graph, params: ParamStore): Uint8Array {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const constant = (name: string, data: Float32Array, dims: readonly number[]): string => {
    constants.push({ name, dims, data });
    return name;
  };
  /** The value that holds each node's output; ids are not used themselves, as parameters may share their names. */
  const values = new Map<string, string>();
  const last = graph.nodes[graph.nodes.length - 1];

  for (const node of graph.nodes) {
    const output = node === last ? 'logits' : `${node.id}.output`;
    values.set(node.id, output);
    const add = (op: string, inputs: readonly string[], to: string, attributes?: OnnxAttributes): void =>
      void nodes.push({ op, inputs, output: to, attributes });
    operationOf(node).onnx(node, {
      params,
      inputs: node.inputs.map((id) => values.get(id)!),
      shapes: node.inputs.map((id) => nodeById(graph, id).out),
      constant,
      emit(op, inputs, attributes, relu = false) {
        const before = `${node.id}.before_relu`;
        add(op, inputs, relu ? before : output, attributes);
        if (relu) add('Relu', [before], output);
      },
      is: (value) => void values.set(node.id, value),
    });
  }
  const { h, w, c } = graph.nodes[0].out;
  return encodeOnnx({
    name: graph.name,
    nodes,
    constants,
    input: { name: 'image', dims: ['N', c, h, w] },
    output: { name: 'logits', dims: ['N', last.out.c] },
  });
}
