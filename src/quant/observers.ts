// PyTorch's min-max and moving-average observers on typed arrays, and the choice of observer by specification.
// HistogramObserver: histogram-observer.ts. Observers on a device: src/train's kernels.
import { impossible } from '../core/impossible';
import { isUnseen, type ObservedRange } from '../core/qparams';
import { HistogramObserver } from './histogram-observer';
import type { FakeQuantSpec, Observer, RangeObserver } from './types';

/** The observer of a specification. @param channels 1 per tensor, C per channel */
export function createObserver(spec: FakeQuantSpec, channels: number): Observer {
  switch (spec.observer) {
    case 'minmax':
    case 'moving_average_minmax':
      return new MinMaxObserver(spec, channels);
    case 'histogram':
      return new HistogramObserver();
    case 'learned':
      throw new Error('A scale that is learned has no observer.');
    default:
      return impossible(spec, 'observer');
  }
}

/** MinMaxObserver, MovingAverageMinMaxObserver and their per-channel forms. */
class MinMaxObserver implements Observer {
  #range: ObservedRange | undefined;

  constructor(
    private readonly spec: RangeObserver,
    private readonly channels: number,
  ) {}

  observe(x: Float32Array): void {
    if (x.length > 0) this.#range = nextRange(this.#range, minMax(x, this.channels), this.spec);
  }

  range(): ObservedRange | undefined {
    return this.#range;
  }
}

/** Smallest and largest value of each of the channels, which divide x evenly on axis 0; NaN wins. */
export function minMax(x: Float32Array, channels: number): ObservedRange {
  const min = new Float32Array(channels).fill(Infinity);
  const max = new Float32Array(channels).fill(-Infinity);
  const size = x.length / channels;
  for (let c = 0; c < channels; c++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = c * size; i < (c + 1) * size; i++) {
      low = Math.min(low, x[i]);
      high = Math.max(high, x[i]);
    }
    min[c] = low;
    max[c] = high;
  }
  return { min, max };
}

/**
 * The running range after one more batch. minmax: the wider of both. moving_average_minmax: v + c * (batch - v) in
 * float32. The first batch counts as it is; what is NaN stays NaN.
 */
export function nextRange(
  previous: ObservedRange | undefined,
  batch: ObservedRange,
  spec: RangeObserver,
): ObservedRange {
  if (!previous) return batch;
  switch (spec.observer) {
    case 'minmax':
      return {
        min: previous.min.map((v, i) => Math.min(v, batch.min[i])),
        max: previous.max.map((v, i) => Math.max(v, batch.max[i])),
      };
    case 'moving_average_minmax': {
      const c = Math.fround(spec.averagingConstant);
      const average = (end: 'min' | 'max') =>
        previous[end].map((v, i) => {
          const next = batch[end][i];
          return isUnseen(previous.min[i], previous.max[i]) ? next : v + Math.fround(c * Math.fround(next - v));
        });
      return { min: average('min'), max: average('max') };
    }
    default:
      return impossible(spec, 'observer of a range');
  }
}
