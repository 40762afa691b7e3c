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
function foldBatchNorm({ weight, bias }: FoldedLayer, { prefix, eps }: BnAttrs, params: ParamStore): FoldedLayer {
  const cout = bias.length;
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (leaf) => parameter(params, `${prefix}.${leaf}`, cout).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];

  const folded = new Float32Array(weight.data.length);
  const perChannel = folded.length / cout;
  const foldedBias = bias.map((b, c) => {
    const rsqrt = f32(1 / f32(Math.sqrt(f32(variance[c] + f32(eps)))));
    const gain = f32(gamma[c] * rsqrt);
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) folded[i] = weight.data[i] * gain;
    return f32(f32(f32(b - mean[c]) * rsqrt) * gamma[c]) + beta[c];
  });
  return { weight: { shape: weight.shape, data: folded }, bias: foldedBias };
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
