// QatBatchNorm and QatBatchNormGrad: see the contract. The arithmetic: ../reference.
import * as reference from '../reference/batch-norm';
import type { CpuKernel, Values } from './kernel';

type Vectors = Record<'divisor' | 'gain' | 'offset' | 'mean' | 'variance', Values>;

const numbers = ({ divisor, gain, offset, mean, variance }: Vectors) => ({
  ...{ divisor: divisor.data, gain: gain.data, offset: offset.data },
  ...{ mean: mean.data, variance: variance.data },
});

export const batchNorm: CpuKernel<'QatBatchNorm'> = ({ z, ...vectors }, attrs) => {
  const { y, mean, variance } = reference.batchNorm(z.data, numbers(vectors), attrs);
  const shape = [z.channels];
  return [
    { data: y, shape: z.shape },
    { data: mean, shape },
    { data: variance, shape },
  ];
};

export const batchNormGrad: CpuKernel<'QatBatchNormGrad'> = ({ z, dy, y, ...vectors }, attrs) => {
  const grads = reference.batchNormGrad(z.data, dy.data, y.data, numbers(vectors), attrs);
  const shape = [z.channels];
  return [
    { data: grads.dz, shape: z.shape },
    { data: grads.ddivisor, shape },
    { data: grads.dgain, shape },
    { data: grads.doffset, shape },
  ];
};
