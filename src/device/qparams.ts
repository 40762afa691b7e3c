// What backends whose tensors lie on the host make of the second input of QatFakeQuant: see the contract.
// Not for the rule itself: src/quant/qparams.ts.
import { roundHalfEven } from '../core/rounding';
import { clamp } from '../quant/fake-quant';
import { roundedUp, scaleAndZeroPoint } from '../quant/qparams';
import type { FakeQuantAttrs } from './contract';

/**
 * Scale and zero point of each channel. @param range [2, C] by rows: minima and maxima, or scales and zero points
 * @throws PlaygroundError 'bad-argument' when a range has seen nothing
 */
export function qparamsOf(range: ArrayLike<number>, attrs: FakeQuantAttrs): { scale: number; zeroPoint: number }[] {
  const channels = range.length / 2;
  return Array.from({ length: channels }, (_, c) => {
    const [first, second] = [range[c], range[channels + c]];
    if (attrs.scheme !== 'given') return scaleAndZeroPoint(first, second, attrs);
    const scale = attrs.powerOfTwo ? roundedUp(first) : first;
    return { scale, zeroPoint: clamp(roundHalfEven(second), attrs.qmin, attrs.qmax) };
  });
}
