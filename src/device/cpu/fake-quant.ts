// QatFakeQuant and its gradients: see the contract. The arithmetic: ../reference.
import * as reference from '../reference/quantization';
import type { CpuKernel } from './kernel';

export const fakeQuant: CpuKernel<'QatFakeQuant'> = ({ x, range }, attrs) => [
  { data: reference.fakeQuant(x.data, range.data, attrs), shape: x.shape },
];

export const fakeQuantGrad: CpuKernel<'QatFakeQuantGrad'> = ({ x, dy, range }, attrs) => [
  { data: reference.fakeQuantGrad(x.data, dy.data, range.data, attrs), shape: x.shape },
];

export const fakeQuantLearnedGrad: CpuKernel<'QatFakeQuantLearnedGrad'> = ({ x, dy, qparams }, attrs) => {
  const { dx, dqparams } = reference.fakeQuantLearnedGrad(x.data, dy.data, qparams.data, attrs);
  return [
    { data: dx, shape: x.shape },
    { data: dqparams, shape: qparams.shape },
  ];
};
