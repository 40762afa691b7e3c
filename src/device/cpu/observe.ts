// QatObserveMinMax and QatObserveHistogram: see the contract. The arithmetic: ../reference.
import { OBSERVE_HISTOGRAM, OBSERVE_MINMAX, type ObserveMinMaxAttrs } from '../contract';
import * as reference from '../reference/quantization';
import type { Kernel } from './kernel';

export const observeMinMax: Kernel<'x' | 'range', ObserveMinMaxAttrs> = {
  name: OBSERVE_MINMAX,
  run({ x, range }, attrs) {
    return [{ data: reference.observeMinMax(x.data, range.data, attrs), shape: range.shape }];
  },
};

export const observeHistogram: Kernel<'x' | 'counts' | 'range', object> = {
  name: OBSERVE_HISTOGRAM,
  run({ x, counts, range }) {
    const [min, max] = range.data;
    const next = reference.observeHistogram(x.data, { counts: counts.data, min, max });
    return [
      { data: next.counts, shape: counts.shape },
      { data: [next.min, next.max], shape: range.shape },
    ];
  },
};
