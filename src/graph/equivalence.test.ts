import { describe, expect, it } from 'vitest';
import { allClose } from './equivalence';

describe('allClose', () => {
  it('measures against the second argument, bounds included', () => {
    expect(allClose([1.5], [1], 0.5, 0)).toEqual({ close: true, maxAbsError: 0.5 });
    expect(allClose([1], [1.5], 0.25, 0)).toEqual({ close: false, maxAbsError: 0.5 });
    expect(allClose([0.25], [0], 10, 0.25)).toEqual({ close: true, maxAbsError: 0.25 });
  });

  it('reports the largest error over all values', () => {
    expect(allClose([1, 2, 3], [1, 1, 3.5], 1e-3, 1e-6)).toEqual({ close: false, maxAbsError: 1 });
  });

  it('is never close at NaN, and close at equal infinities, as torch.allclose', () => {
    expect(allClose([NaN, 0], [NaN, 0], 1, 1)).toEqual({ close: false, maxAbsError: NaN });
    expect(allClose([Infinity], [Infinity], 0, 0)).toEqual({ close: true, maxAbsError: 0 });
    expect(allClose([Infinity], [-Infinity], 0, 0).close).toBe(false);
  });

  it('refuses unequal lengths', () => {
    expect(() => allClose([1], [1, 2], 0, 0)).toThrow(RangeError);
  });
});
