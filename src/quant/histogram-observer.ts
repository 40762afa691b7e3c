// torch 2.13's HistogramObserver: a running histogram, and the range that PyTorch chooses within it. Per tensor only.
// Not for other choices of a range from the same histogram: ranges/.
import type { ObservedRange } from '../core/qparams';
import { histc, rescale, type Histogram } from './histogram';
import { pytorchRange } from './ranges/pytorch';
import type { Observer } from './types';

/** Of every histogram, as in PyTorch. */
export const BINS = 2048;

export class HistogramObserver implements Observer {
  #histogram: Histogram | undefined;

  /** @param histogram of an earlier observer, to go on from */
  constructor(histogram?: Histogram) {
    this.#histogram = histogram;
  }

  /** Infinite values are left out, as PyTorch leaves them out; a NaN makes the range NaN for good. */
  observe(x: Float32Array): void {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      if (Math.abs(x[i]) === Infinity) continue;
      low = Math.min(low, x[i]);
      high = Math.max(high, x[i]);
    }
    if (low > high) return;
    const known = this.#histogram;
    const min = known ? Math.min(known.min, low) : low;
    const max = known ? Math.max(known.max, high) : high;
    const counts = histc(x, BINS, min, max);
    if (known) {
      const before = known.min === min && known.max === max ? known.counts : rescale(known, min, max);
      for (let i = 0; i < BINS; i++) counts[i] += before[i];
    }
    this.#histogram = { counts, min, max };
  }

  /** The running histogram; undefined when nothing was observed yet. */
  get histogram(): Histogram | undefined {
    return this.#histogram;
  }

  range(): ObservedRange | undefined {
    const histogram = this.#histogram;
    if (!histogram) return undefined;
    const { min, max } = Number.isNaN(histogram.min) ? histogram : pytorchRange(histogram);
    return { min: Float32Array.of(min), max: Float32Array.of(max) };
  }
}
