// A FakeQuantSpec in PyTorch's words, for the page. Not for computing.
import { observerName } from '../quant/pytorch-code';
import type { FakeQuantSpec } from '../quant/types';

/** e.g. 'MovingAverageMinMaxObserver, affine, per tensor, codes 0..127'. */
export function describeSpec(spec: FakeQuantSpec): string {
  const { granularity, scheme, qmin, qmax } = spec;
  return [
    observerName(spec),
    scheme,
    granularity.replace('_', ' '),
    `codes ${qmin}..${qmax}`,
    ...(spec.powerOfTwo ? ['scales powers of two'] : []),
    spec.simulate ? 'fake-quantized' : 'only observed',
  ].join(', ');
}
