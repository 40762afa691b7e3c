// Of a weight of two channels, worked out by hand.
import { expect, it } from 'vitest';
import { weightReport } from './weight-report';

const q = { scales: Float32Array.of(0.5, 2), zeroPoints: new Int32Array(2), qmin: -2, qmax: 1 };
const weight = Float32Array.of(-1, 0.5, 0.25, -3, 1.5, 0.5);

it('tells what each channel holds, what its codes reach, and which of them it never has', () => {
  expect(weightReport(weight, { q })).toEqual({
    held: { min: Float32Array.of(-1, -3), max: Float32Array.of(0.5, 1.5) },
    reached: { min: Float32Array.of(-1, -4), max: Float32Array.of(0.5, 2) },
    unused: [[-1], [-1]],
  });
});

it('goes by the codes that a method chose', () => {
  const codes = Int8Array.of(-2, 1, 1, -1, 1, 0);
  expect(weightReport(weight, { q, codes }).unused).toEqual([[-1, 0], [-2]]);
});
