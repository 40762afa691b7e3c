import { describe, expect, it } from 'vitest';
import { outputLength } from './window';

describe('outputLength', () => {
  it('follows the formula of convolution arithmetic', () => {
    expect(outputLength(32, { kernel: 7, stride: 2, pad: 3 })).toBe(16);
    expect(outputLength(16, { kernel: 3, stride: 2, pad: 1 })).toBe(8);
    expect(outputLength(2, { kernel: 3, stride: 2, pad: 1 })).toBe(1);
    expect(outputLength(1, { kernel: 1, stride: 2, pad: 0 })).toBe(1);
  });
});
