// QatBatchNorm and QatBatchNormGrad: see the contract. The arithmetic: ../reference.
import { BATCH_NORM, BATCH_NORM_GRAD, type BatchNormAttrs } from '../contract';
import * as reference from '../reference/batch-norm';
import type { Kernel, Values } from './kernel';

type Vectors = 'divisor' | 'gain' | 'offset' | 'mean' | 'variance';

const numbers = ({ divisor, gain, offset, mean, variance }: Record<Vectors, Values>) => ({
  ...{ divisor: divisor.data, gain: gain.data, offset: offset.data },
  ...{ mean: mean.data, variance: variance.data },
});

export const batchNorm: Kernel<'z' | Vectors, BatchNormAttrs> = {
  name: BATCH_NORM,
  run({ z, ...vectors }, attrs) {
    const { y, mean, variance } = reference.batchNorm(z.data, numbers(vectors), attrs);
    return [
      { data: y, shape: z.shape },
      { data: mean, shape: [z.channels] },
      { data: variance, shape: [z.channels] },
    ];
  },
};

export const batchNormGrad: Kernel<'z' | 'dy' | 'y' | Vectors, BatchNormAttrs> = {
  name: BATCH_NORM_GRAD,
  run({ z, dy, y, ...vectors }, attrs) {
    const grads = reference.batchNormGrad(z.data, dy.data, y.data, numbers(vectors), attrs);
    const { dz, ddivisor, dgain, doffset } = grads;
    return [{ data: dz, shape: z.shape }, ...[ddivisor, dgain, doffset].map((data) => ({ data, shape: [z.channels] }))];
  },
};
