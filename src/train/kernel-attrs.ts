// What a specification of quantization says to the kernels. Not for the kernels' contract: they know no specification.
import { impossible } from '../core/impossible';
import { gradientScale } from '../quant/learned';
import type { LearnedSpec, QuantRule, RangeObserver } from '../quant/types';
import type { FakeQuantLearnedAttrs, ObserveMinMaxAttrs } from '../device/contract';

/** A ConvBn's factor gamma / sigma that is smaller counts as this: gamma = 0 would divide 0 by 0 (PyTorch gives NaN). */
export const SMALLEST_FACTOR = 2 ** -20;

export function observerAttrs(spec: RangeObserver): ObserveMinMaxAttrs {
  switch (spec.observer) {
    case 'minmax':
      return { mode: 'extreme', c: 1 };
    case 'moving_average_minmax':
      return { mode: 'average', c: spec.averagingConstant };
    default:
      return impossible(spec, 'observer of a range');
  }
}

/** A rule without what else its specification says: a kernel is compiled for its attributes. */
export function ruleOf({ scheme, qmin, qmax, eps, powerOfTwo }: QuantRule): QuantRule {
  return { scheme, qmin, qmax, eps, powerOfTwo };
}

/** @param shared values that share a scale: see gradientScale */
export const learnedAttrs = (
  { scheme, qmin, qmax, powerOfTwo }: LearnedSpec,
  shared: number,
): FakeQuantLearnedAttrs => ({
  ...{ scheme: 'given', qmin, qmax, powerOfTwo },
  gradientScale: gradientScale(shared, qmax),
  learnsZeroPoint: scheme === 'affine',
});
