// Every way to choose the range of an activation, from the one histogram that a calibration keeps, by its name.
// Not for weights, which are at hand: weights.ts; nor for what a range becomes: qparams.ts.
import type { ObservedRange } from '../../core/qparams';
import type { Histogram } from '../histogram';
import type { QuantRule } from '../types';
import { entropyRange } from './entropy';
import { mseRange } from './mse';
import { percentileRange } from './percentile';
import { pytorchRange } from './pytorch';
import type { Range } from './range';

/**
 * 'histogram': PyTorch's HistogramObserver, which takes every tensor for one of 256 codes. 'minmax': all that was seen.
 * 'mse': least squared error, 'entropy': least Kullback-Leibler divergence, both for the true number of codes.
 * 'percentile': 99.99 % of the values.
 */
export type ActivationRanges = 'histogram' | 'minmax' | 'mse' | 'entropy' | 'percentile';

const RANGES: Readonly<Record<ActivationRanges, (histogram: Histogram, rule: QuantRule) => Range>> = {
  histogram: pytorchRange,
  minmax: ({ min, max }) => ({ min, max }),
  mse: mseRange,
  entropy: entropyRange,
  percentile: percentileRange,
};

/** The range of what a histogram saw; NaN where it saw one. */
export function activationRange(method: ActivationRanges, histogram: Histogram, rule: QuantRule): ObservedRange {
  const { min, max } = Number.isNaN(histogram.min) ? histogram : RANGES[method](histogram, rule);
  return { min: Float32Array.of(min), max: Float32Array.of(max) };
}
