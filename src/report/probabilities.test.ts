import fc from 'fast-check';
import { expect, it } from 'vitest';
import { argmax } from './accuracy';
import { mostLikely, probabilities } from './probabilities';

const rows = fc.float32Array({ minLength: 1, maxLength: 12, min: -200, max: 200, noNaN: true });

it('two logits a logarithm of three apart are a quarter and three quarters, wherever they lie', () => {
  for (const shift of [0, -1000, 1000]) {
    const [a, b] = probabilities(Float32Array.of(shift, shift + Math.log(3)));
    expect(a).toBeCloseTo(0.25, 4);
    expect(b).toBeCloseTo(0.75, 4);
  }
});

it('sum to one, and the most likely class is the answer', () => {
  fc.assert(
    fc.property(rows, (logits) => {
      const all = probabilities(logits);
      expect(all.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(all.every((share) => share >= 0)).toBe(true);
      expect(all[argmax(logits)]).toBe(Math.max(...all));
    }),
  );
});

it('the most likely come first, equal ones by label', () => {
  expect(mostLikely([0.1, 0.3, 0.3, 0.25, 0.05], 3)).toEqual([
    { label: 1, probability: 0.3 },
    { label: 2, probability: 0.3 },
    { label: 3, probability: 0.25 },
  ]);
  expect(mostLikely([1], 3)).toEqual([{ label: 0, probability: 1 }]);
});
