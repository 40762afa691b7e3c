// torch.ao.quantization.convert as a pass: a prepared graph, its parameters and observed ranges become an Int8Model.
// The same for QAT and PTQ. Not for observing activations (src/train) nor for running integers (src/engine).
import { PlaygroundError } from '../core/errors';
import { impossible } from '../core/impossible';
import type { ParamStore } from '../core/params';
import type { ObservedRange, QParams } from '../core/qparams';
import { foldBatchNorm, parameter, type FoldedConv } from '../graph/fold';
import type { ConvAttrs, ConvBnNode, GraphNode, LinearNode } from '../graph/types';
import { quantizeWeight } from '../quant/fake-quant';
import { weightKey } from '../quant/prepare';
import { channelQParams, observedRange, tensorQParams } from '../quant/qparams';
import type { FakeQuantSpec, NodeQuant, QatGraph } from '../quant/types';
import type { Int8Model, Int8Op, Int8Tensor } from './int8-model';
import { validateInt8Model } from './validate';

export interface ConvertOptions {
  /**
   * Where activations saturate. 'qconfig' (default): at the qconfig's qmin and qmax, as in the simulation. 'quint8': at
   * 0 and 255, as PyTorch's converted modules do: codes pass the qconfig's range where values leave the observed one.
   * Weights saturate at the qconfig's in both.
   */
  readonly saturateAt?: 'qconfig' | 'quint8';
}

/**
 * Folds each batch norm with its running statistics, quantizes weights per output channel by the qparams of their
 * ranges, and names every operation by its converted module's path. Biases stay float32.
 * @param params torchvision's state dict; @param ranges by node id, of weights by weightKey(id): see observeWeights
 * @throws PlaygroundError when a range or parameter is missing, or not finite
 */
export function convert(
  graph: QatGraph,
  params: ParamStore,
  ranges: ReadonlyMap<string, ObservedRange>,
  options: ConvertOptions = {},
): Int8Model {
  const tensors: Int8Tensor[] = [];
  const ops: Int8Op[] = [];
  /** Node id to the index of the tensor that holds its output. */
  const tensorOf = new Map<string, number>();

  const activation = (node: GraphNode): QParams => {
    const q = tensorQParams(observedRange(ranges, node.id), specOf(graph, node.id, 'activation'));
    return options.saturateAt === 'quint8' ? { ...q, qmin: 0, qmax: 255 } : q;
  };
  const weighted = (node: ConvBnNode | LinearNode) => {
    const { weight, bias } = floatWeights(node, params);
    checkFinite(node.id, weight.data, bias);
    const spec = specOf(graph, node.id, 'weight');
    const q = channelQParams(observedRange(ranges, weightKey(node.id)), spec);
    const codes = quantizeWeight(weight.data, q);
    return { weights: node.op === 'conv_bn' ? toOhwi(codes, node.conv) : codes, weightScales: q.scales, bias };
  };

  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => tensorOf.get(id)!);
    const emit = (op: Int8Op, q: QParams): void => {
      ops.push(op);
      tensorOf.set(node.id, op.output);
      tensors.push({ ...node.out, q });
    };
    const base = { name: node.id, inputs, output: tensors.length };
    switch (node.op) {
      case 'input':
        break;
      case 'quant':
        tensorOf.set(node.id, tensors.length);
        tensors.push({ ...node.out, q: activation(node) });
        break;
      case 'conv_bn': {
        const { kernel, stride, pad } = node.conv;
        emit({ ...base, op: 'conv', kernel, stride, pad, relu: node.relu, ...weighted(node) }, activation(node));
        break;
      }
      case 'linear':
        emit({ ...base, op: 'linear', ...weighted(node) }, activation(node));
        break;
      case 'add':
        emit({ ...base, op: 'add', relu: node.relu }, activation(node));
        break;
      case 'maxpool': {
        const { kernel, stride, pad } = node;
        emit({ ...base, op: 'maxpool', kernel, stride, pad }, tensors[inputs[0]].q);
        break;
      }
      case 'relu':
      case 'avgpool':
        emit({ ...base, op: node.op }, tensors[inputs[0]].q);
        break;
      case 'flatten':
      case 'dequant':
        tensorOf.set(node.id, inputs[0]);
        break;
      case 'conv':
      case 'bn':
        throw new Error(`${node.id}: a ${node.op} cannot be converted: fuse the graph first`);
      default:
        impossible(node, 'node');
    }
  }
  const model: Int8Model = { version: 1, name: graph.name, tensors, ops };
  validateInt8Model(model);
  return model;
}

/** Weight [cout, ...] and bias as inference has them: batch norm folded. */
function floatWeights(node: ConvBnNode | LinearNode, params: ParamStore): FoldedConv {
  if (node.op === 'conv_bn') return foldBatchNorm(node, params);
  const { inFeatures, outFeatures } = node;
  const { data } = parameter(params, node.weight, inFeatures * outFeatures);
  const bias = parameter(params, node.bias, outFeatures).data.slice();
  return { weight: { shape: [outFeatures, inFeatures], data }, bias };
}

/** PyTorch's OIHW codes as [cout][ky][kx][cin]. */
function toOhwi(codes: Int8Array, { cin, cout, kernel }: ConvAttrs): Int8Array {
  const taps = kernel * kernel;
  const out = new Int8Array(codes.length);
  for (let o = 0; o < cout; o++)
    for (let i = 0; i < cin; i++)
      for (let tap = 0; tap < taps; tap++) out[(o * taps + tap) * cin + i] = codes[(o * cin + i) * taps + tap];
  return out;
}

function specOf(graph: QatGraph, id: string, part: keyof NodeQuant): FakeQuantSpec {
  const spec = graph.quant[id]?.[part];
  if (!spec) throw new Error(`${id} has no ${part} to quantize: was the graph prepared?`);
  return spec;
}

function checkFinite(id: string, ...arrays: Float32Array[]): void {
  if (!arrays.every((array) => array.every(Number.isFinite)))
    throw new PlaygroundError(
      'diverged',
      `The folded weights of ${id} are not finite.`,
      'Lower the learning rate and train again from the pretrained weights.',
    );
}
