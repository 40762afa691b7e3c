// A FakeQuantSpec in PyTorch's words and the page's. Not for computing.
import { observerName } from '../../quant/pytorch-code';
import type { FakeQuantSpec } from '../../quant/types';
import { words } from '../words/words.svelte';

/** e.g. 'MovingAverageMinMaxObserver, affine, per tensor, codes 0..127, fake-quantized'. */
export function specText(spec: FakeQuantSpec): string {
  const t = words().specs;
  const { granularity, scheme, qmin, qmax } = spec;
  return t.all([
    observerName(spec),
    t.scheme[scheme],
    t.granularity[granularity],
    t.codes(qmin, qmax),
    ...(spec.powerOfTwo ? [t.powersOfTwo] : []),
    spec.simulate ? t.simulated : t.observed,
  ]);
}
