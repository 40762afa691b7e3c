// A fused graph and its parameters -> float32 ONNX: batch norm folded into Conv.
// Not for quantized models: onnx-int8.ts.
import { impossible } from '../core/impossible';
import type { ParamStore } from '../core/params';
import { foldBatchNorm, parameter } from '../graph/fold';
import { nodeById } from '../graph/graph';
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
    const inputs = node.inputs.map((id) => values.get(id)!);
    const output = node === last ? 'logits' : `${node.id}.output`;
    values.set(node.id, output);
    const emit = (op: string, from: readonly string[], attributes?: OnnxNode['attributes'], to = output): void =>
      void nodes.push({ op, inputs: from, output: to, attributes });
    const activated = (relu: boolean, op: string, from: readonly string[], attributes?: OnnxNode['attributes']) => {
      const before = `${node.id}.before_relu`;
      emit(op, from, attributes, relu ? before : output);
      if (relu) emit('Relu', [before]);
    };
    switch (node.op) {
      case 'input':
        values.set(node.id, 'image');
        break;
      case 'conv_bn': {
        const { kernel, stride, pad } = node.conv;
        const { weight, bias } = foldBatchNorm(node, params);
        const from = [
          ...inputs,
          constant(`${node.id}.weight`, weight.data, weight.shape),
          constant(`${node.id}.bias`, bias, [bias.length]),
        ];
        activated(node.relu, 'Conv', from, window(kernel, stride, pad));
        break;
      }
      case 'relu':
        emit('Relu', inputs);
        break;
      case 'add':
        activated(node.relu, 'Add', inputs);
        break;
      case 'maxpool':
        emit('MaxPool', inputs, window(node.kernel, node.stride, node.pad));
        break;
      case 'avgpool': {
        const { h, w } = nodeById(graph, node.inputs[0]).out;
        if (h * w > 1) emit('GlobalAveragePool', inputs);
        else values.set(node.id, inputs[0]);
        break;
      }
      case 'flatten':
        emit('Flatten', inputs);
        break;
      case 'linear': {
        const { inFeatures, outFeatures } = node;
        const weight = parameter(params, node.weight, inFeatures * outFeatures).data;
        const bias = parameter(params, node.bias, outFeatures).data;
        const from = [
          ...inputs,
          constant(node.weight, weight, [outFeatures, inFeatures]),
          constant(node.bias, bias, [outFeatures]),
        ];
        emit('Gemm', from, { transB: 1 });
        break;
      }
      case 'conv':
      case 'bn':
      case 'quant':
      case 'dequant':
        throw new Error(`${node.id}: a ${node.op} cannot be exported: give a fused graph that is not prepared`);
      default:
        impossible(node, 'node');
    }
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

const window = (kernel: number, stride: number, pad: number) => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [pad, pad, pad, pad],
});
