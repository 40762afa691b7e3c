// QatObserveMinMax and QatObserveHistogram: see the contract. The arithmetic: ../reference.
import * as reference from '../reference/quantization';
import type { CpuKernel } from './kernel';

export const observeMinMax: CpuKernel<'QatObserveMinMax'> = ({ x, range }, attrs) => [
  { data: reference.observeMinMax(x.data, range.data, attrs), shape: range.shape },
];

export const observeHistogram: CpuKernel<'QatObserveHistogram'> = ({ x, counts, range }) => {
  const [min, max] = range.data;
  const next = reference.observeHistogram(x.data, { counts: counts.data, min, max });
  return [
    { data: next.counts, shape: counts.shape },
    { data: [next.min, next.max], shape: range.shape },
  ];
};
