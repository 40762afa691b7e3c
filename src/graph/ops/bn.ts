// BatchNorm2d that no convolution has taken up: fuse does that before anything else can be made of it.
import type { BnAttrs, BnNode } from '../types';
import type { Operation, ParamSpec } from './operation';

export const bn: Operation<BnNode> = {
  arity: 1,
  quantized: 'unknown',
  shape: (_, [input]) => input,
  params: ({ bn, out }) => batchNormParams(bn, out.c),
  cost: ({ out }) => ({ macs: 0, liveMacs: 0, parameters: 2 * out.c, weights: 0, liveWeights: 0 }),
  forward: (node, math) => math.bn(node),
  lower: refuse,
  onnx: refuse,
};

/** gamma, beta, running mean and variance, [channels] each. */
export function batchNormParams({ prefix }: BnAttrs, channels: number): ParamSpec[] {
  const spec = (trainable: boolean) => (leaf: string) => ({ name: `${prefix}.${leaf}`, shape: [channels], trainable });
  return [...['weight', 'bias'].map(spec(true)), ...['running_mean', 'running_var'].map(spec(false))];
}

function refuse({ id }: BnNode): never {
  throw new Error(`${id} is a batch norm of its own: fuse the graph first`);
}
