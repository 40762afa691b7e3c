// QatObserveHistogram: see the contract.
import { isUnseen } from '../../core/qparams';
import { HistogramObserver } from '../../quant/histogram-observer';
import { OBSERVE_HISTOGRAM } from '../contract';
import type { Kernel } from './kernel';

export const observeHistogram: Kernel<'x' | 'counts' | 'range', object> = {
  name: OBSERVE_HISTOGRAM,
  run({ x, counts, range }) {
    const [min, max] = range.data;
    const observer = new HistogramObserver(isUnseen(min, max) ? undefined : { counts: counts.data, min, max });
    observer.observe(x.data);
    const next = observer.histogram ?? { counts: counts.data, min, max };
    return [
      { data: next.counts, shape: counts.shape },
      { data: [next.min, next.max], shape: range.shape },
    ];
  },
};
