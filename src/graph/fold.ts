// Batch norm folded into its convolution for inference, in torch.nn.utils.fusion.fuse_conv_bn_weights' float32 steps.
// Not for training: there the batch's own statistics count (src/train).
import { PlaygroundError } from '../core/errors';
import { elements, type Param, type ParamStore } from '../core/params';
import type { BnAttrs, Graph, GraphNode, WeightedNode } from './types';

const f32 = Math.fround;

/** A layer as inference has it: weight OIHW or [out, in], bias [cout]. */
export interface FoldedLayer {
  readonly weight: Param;
  readonly bias: Float32Array;
}

/** Of its weight: OIHW or [out, in]. */
export function weightShape(node: WeightedNode): number[] {
  if (node.op === 'linear') return [node.outFeatures, node.inFeatures];
  const { cin, cout, kernel } = node.conv;
  return [cout, cin, kernel, kernel];
}

/** Weight and bias as inference has them: batch norm folded. @throws PlaygroundError when a parameter is missing */
export function inferenceWeights(node: WeightedNode, params: ParamStore): FoldedLayer {
  const shape = weightShape(node);
  const { data } = parameter(params, node.weight, elements(shape));
  const bias =
    node.bias === undefined ? new Float32Array(shape[0]) : parameter(params, node.bias, shape[0]).data.slice();
  const layer = { weight: { shape, data }, bias };
  return node.op === 'conv' && node.bn ? foldBatchNorm(layer, node.bn, params) : layer;
}

/**
 * The network as inference has it: a fused graph's batch norms folded into their convolutions, which get a bias each. The
 * same integers come of it, and what is done with it again and again does not fold again.
 * @returns the graph and its own parameters; weights that nothing is folded into are shared
 * @throws PlaygroundError when a parameter is missing
 */
export function foldBatchNorms(
  graph: Graph,
  params: ParamStore,
): { readonly graph: Graph; readonly params: ParamStore } {
  const folded = new Map<string, Param>();
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== 'conv' && node.op !== 'linear') return node;
    const { weight, bias } = inferenceWeights(node, params);
    const named = { ...node, bias: `${node.id}.bias` };
    folded.set(named.weight, weight);
    folded.set(named.bias, { shape: [bias.length], data: bias });
    return named.op === 'conv' ? { ...named, bn: undefined } : named;
  });
  return { graph: { name: graph.name, nodes }, params: folded };
}

/**
 * W * (gamma * rsqrt(var + eps)) and (b - mean) * rsqrt(var + eps) * gamma + beta, each operation rounded to float32.
 * gamma = 0 gives zero weights and bias beta.
 */
function foldBatchNorm({ weight, bias }: FoldedLayer, bn: BnAttrs, params: ParamStore): FoldedLayer {
  const { gamma, beta, mean, inverse } = batchNormValues(bn, bias.length, params);
  const folded = new Float32Array(weight.data.length);
  const perChannel = folded.length / bias.length;
  const foldedBias = bias.map((b, c) => {
    const gain = f32(gamma[c] * inverse[c]);
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) folded[i] = weight.data[i] * gain;
    return f32(f32(f32(b - mean[c]) * inverse[c]) * gamma[c]) + beta[c];
  });
  return { weight: { shape: weight.shape, data: folded }, bias: foldedBias };
}

/**
 * A batch norm of its own in inference, x * gain + shift of each channel, in quantized::batch_norm2d's float32 steps.
 * @throws PlaygroundError when a parameter is missing
 */
export function normalizing(
  bn: BnAttrs,
  channels: number,
  params: ParamStore,
): { readonly gain: Float32Array; readonly shift: Float32Array } {
  const { gamma, beta, mean, inverse } = batchNormValues(bn, channels, params);
  return {
    gain: gamma.map((g, c) => inverse[c] * g),
    shift: beta.map((b, c) => b - f32(f32(mean[c] * inverse[c]) * gamma[c])),
  };
}

/** Its parameters, and 1 / sqrt(var + eps). */
function batchNormValues({ prefix, eps }: BnAttrs, channels: number, params: ParamStore) {
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (leaf) => parameter(params, `${prefix}.${leaf}`, channels).data,
  );
  const inverse = variance.map((v) => 1 / f32(Math.sqrt(f32(v + f32(eps)))));
  return { gamma, beta, mean, inverse };
}

/** The parameter of that name; @throws PlaygroundError when it is missing or has another number of values. */
export function parameter(params: ParamStore, name: string, length: number): Param {
  const param = params.get(name);
  const hint = 'The weights do not belong to this network: load the checkpoint again.';
  if (!param) throw new PlaygroundError('bad-file', `The weights lack ${name}.`, hint);
  if (param.data.length !== length)
    throw new PlaygroundError('bad-file', `${name} has ${param.data.length} values, not ${length}.`, hint);
  return param;
}
