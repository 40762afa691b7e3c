import { describe, expect, it } from 'vitest';
import { agreement, argmax, predictions } from './accuracy';

describe('top-1', () => {
  it('takes the first of equal maxima', () => {
    expect(argmax([1, 3, 3, 2])).toBe(1);
    expect(argmax([-Infinity, -2])).toBe(1);
  });

  it('reads rows of logits', () => {
    expect([...predictions(Float32Array.of(0, 1, 2, 9, 1, 2), 3)]).toEqual([2, 0]);
  });

  it('counts agreement and refuses different lengths', () => {
    expect(agreement([1, 2, 3, 4], [1, 2, 0, 4])).toBe(0.75);
    expect(() => agreement([1], [1, 2])).toThrow(RangeError);
    expect(() => agreement([], [])).toThrow(RangeError);
  });
});
