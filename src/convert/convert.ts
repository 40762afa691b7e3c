// torch.ao.quantization.convert as a pass: a prepared graph, its parameters and frozen quantizers become an Int8Model.
// The same for QAT and PTQ. Not for finding quantizers (src/quant, src/train) nor for running integers (src/engine).
import { affineWeights } from './affine-weights';
import { areFinite, diverged } from '../core/finite';
import type { ParamStore } from '../core/params';
import type { QParams } from '../core/qparams';
import { inferenceWeights } from '../graph/fold';
import type { Int8Weights } from '../graph/ops/operation';
import { operationOf } from '../graph/ops/table';
import type { ConvAttrs, GraphNode, WeightedNode } from '../graph/types';
import { quantizeWeight } from '../quant/fake-quant';
import type { FrozenQuantizers } from '../quant/freeze';
import type { QatGraph } from '../quant/types';
import type { Int8Model, Int8Op, Int8Tensor } from '../int8/int8-model';
import { validateInt8Model } from '../int8/validate';
import { weightBitsOf } from '../int8/weight-bits';

export interface ConvertOptions {
  /**
   * Where activations saturate. 'qconfig' (default): at the qconfig's qmin and qmax, as in the simulation. 'quint8': at
   * 0 and 255, as PyTorch's converted modules do: codes pass the qconfig's range where values leave the observed one.
   * Weights saturate at the qconfig's in both.
   */
  readonly saturateAt?: 'qconfig' | 'quint8';
}

/**
 * Folds each batch norm that was fused with its running statistics, quantizes weights per output channel, to nearest unless
 * their quantizer brings codes, and names every operation by its converted module's path. Biases stay float32.
 * @param params torchvision's state dict
 * @throws PlaygroundError when a parameter is missing or not finite, 'unsupported' when a weight has zero points; Error
 * when a quantizer is missing
 */
export function convert(
  graph: QatGraph,
  params: ParamStore,
  quantizers: FrozenQuantizers,
  options: ConvertOptions = {},
): Int8Model {
  const tensors: Int8Tensor[] = [];
  const ops: Int8Op[] = [];
  /** Node id to the index of the tensor that holds its output. */
  const tensorOf = new Map<string, number>();

  const activation = (node: GraphNode): QParams => {
    const q = quantizerOf(quantizers.activations, node);
    return options.saturateAt === 'quint8' ? { ...q, qmin: 0, qmax: 255 } : q;
  };
  const weighted = (node: WeightedNode): Int8Weights => {
    const { weight, bias: folded } = inferenceWeights(node, params);
    const { q, codes = quantizeWeight(weight.data, q), bias = folded } = quantizerOf(quantizers.weights, node);
    if (q.zeroPoints.some((zeroPoint) => zeroPoint !== 0)) throw affineWeights();
    checkFinite(node.id, weight.data, bias);
    const weights = node.op === 'conv' ? toOhwi(codes, node.conv) : codes;
    return { weights, weightBits: weightBitsOf(q), weightScales: q.scales, bias };
  };

  for (const node of graph.nodes) {
    const { lower } = operationOf(node);
    const inputs = node.inputs.map((id) => tensorOf.get(id)!);
    const lowered = lower(node, () => weighted(node as WeightedNode), params);
    if (lowered === 'nothing') continue;
    if (lowered === 'its input') {
      tensorOf.set(node.id, inputs[0]);
      continue;
    }
    const output = tensors.length;
    tensorOf.set(node.id, output);
    tensors.push({ ...node.out, q: quantizers.activations.has(node.id) ? activation(node) : tensors[inputs[0]].q });
    if (lowered !== 'image') ops.push({ name: node.id, inputs, output, ...lowered });
  }
  const model: Int8Model = { version: 2, name: graph.name, tensors, ops };
  validateInt8Model(model);
  return model;
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

function quantizerOf<Q>(quantizers: ReadonlyMap<string, Q>, { id, op }: GraphNode): Q {
  const quantizer = quantizers.get(id);
  if (!quantizer) throw new Error(`${id} (${op}) has no frozen quantizer: was the graph prepared?`);
  return quantizer;
}

function checkFinite(id: string, ...arrays: Float32Array[]): void {
  if (!arrays.every(areFinite)) throw diverged(`The folded weights of ${id} are not finite.`);
}
