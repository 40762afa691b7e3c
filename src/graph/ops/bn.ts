// BatchNorm2d that no convolution has taken up.
import { normalizing } from '../fold';
import type { BnAttrs, BnNode } from '../types';
import type { Operation, ParamSpec } from './operation';

export const bn: Operation<BnNode> = {
  arity: 1,
  quantized: 'output',
  names: () => ({ module: 'BatchNorm2d', quantized: 'QuantizedBatchNorm2d' }),
  shape: (_, [input]) => input,
  params: ({ bn, out }) => batchNormParams(bn, out.c),
  cost: ({ out }) => ({ macs: 0, liveMacs: 0, parameters: 2 * out.c, weights: 0, liveWeights: 0 }),
  forward: (node, math) => math.bn(node),
  lower: ({ bn, out }, _, params) => ({ op: 'batchnorm', ...normalizing(bn, out.c, params) }),
  onnx({ id, bn, out }, at) {
    const { gain, shift } = normalizing(bn, out.c, at.params);
    const constants = [at.constant(`${id}.gain`, gain, [out.c, 1, 1, 1]), at.constant(`${id}.shift`, shift, [out.c])];
    at.emit('Conv', [...at.inputs, ...constants], { group: out.c });
  },
};

/** gamma, beta, running mean and variance, [channels] each. */
export function batchNormParams({ prefix }: BnAttrs, channels: number): ParamSpec[] {
  const spec = (trainable: boolean) => (leaf: string) => ({ name: `${prefix}.${leaf}`, shape: [channels], trainable });
  return [...['weight', 'bias'].map(spec(true)), ...['running_mean', 'running_var'].map(spec(false))];
}
