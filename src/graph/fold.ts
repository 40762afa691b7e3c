// Batch norm folded into its convolution for inference, in torch.nn.utils.fusion.fuse_conv_bn_weights' float32 steps.
// Not for training: there the batch's own statistics count (src/train).
import { PlaygroundError } from '../core/errors';
import type { Param, ParamStore } from '../core/params';
import type { ConvBnNode, LinearNode } from './types';

const f32 = Math.fround;

/** A layer as inference has it: weight OIHW or [out, in], bias [cout]. */
export interface FoldedLayer {
  readonly weight: Param;
  readonly bias: Float32Array;
}

/**
 * W * (gamma * rsqrt(var + eps)) and (0 - mean) * rsqrt(var + eps) * gamma + beta, each operation rounded to float32,
 * for convolutions without bias. gamma = 0 gives zero weights and bias beta.
 * @throws PlaygroundError when a parameter is missing or has another length.
 */
export function foldBatchNorm(node: ConvBnNode, params: ParamStore): FoldedLayer {
  const { cin, cout, kernel } = node.conv;
  const weight = parameter(params, node.weight, cout * cin * kernel * kernel);
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (leaf) => parameter(params, `${node.bn.prefix}.${leaf}`, cout).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const eps = f32(node.bn.eps);

  const folded = new Float32Array(weight.data.length);
  const bias = new Float32Array(cout);
  const perChannel = folded.length / cout;
  for (let c = 0; c < cout; c++) {
    const rsqrt = f32(1 / f32(Math.sqrt(f32(variance[c] + eps))));
    const gain = f32(gamma[c] * rsqrt);
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) folded[i] = weight.data[i] * gain;
    bias[c] = f32(f32(f32(0 - mean[c]) * rsqrt) * gamma[c]) + beta[c];
  }
  return { weight: { shape: [cout, cin, kernel, kernel], data: folded }, bias };
}

/** Weight and bias as inference has them: batch norm folded. @throws PlaygroundError when a parameter is missing */
export function inferenceWeights(node: ConvBnNode | LinearNode, params: ParamStore): FoldedLayer {
  if (node.op === 'conv_bn') return foldBatchNorm(node, params);
  const { inFeatures, outFeatures } = node;
  const { data } = parameter(params, node.weight, inFeatures * outFeatures);
  const bias = parameter(params, node.bias, outFeatures).data.slice();
  return { weight: { shape: [outFeatures, inFeatures], data }, bias };
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
