// A FakeQuantSpec in PyTorch's words, for the page. Not for computing.
import type { FakeQuantSpec } from '../quant/types';

const OBSERVERS = {
  minmax: { per_tensor: 'MinMaxObserver', per_channel: 'PerChannelMinMaxObserver' },
  moving_average_minmax: {
    per_tensor: 'MovingAverageMinMaxObserver',
    per_channel: 'MovingAveragePerChannelMinMaxObserver',
  },
  histogram: { per_tensor: 'HistogramObserver', per_channel: 'HistogramObserver' },
  learned: { per_tensor: '_LearnableFakeQuantize', per_channel: '_LearnableFakeQuantize' },
} as const;

/** e.g. 'MovingAverageMinMaxObserver, affine, per tensor, codes 0..127'. */
export function describeSpec(spec: FakeQuantSpec): string {
  const { observer, granularity, scheme, qmin, qmax } = spec;
  return [
    OBSERVERS[observer][granularity],
    scheme,
    granularity.replace('_', ' '),
    `codes ${qmin}..${qmax}`,
    spec.simulate ? 'fake-quantized' : 'only observed',
  ].join(', ');
}
