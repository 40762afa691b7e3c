import { expect, test } from 'vitest';
import { shareOfRate } from './annealing';

/** lr of torch.optim.lr_scheduler.CosineAnnealingLR(SGD of lr 0.004, T_max=8) before each of 8 steps, PyTorch 2.13.0. */
const TORCH = [
  ...[0.004, 0.0038477590650225738, 0.0034142135623730953, 0.0027653668647301803],
  ...[0.0020000000000000005, 0.001234633135269821, 0.0005857864376269052, 0.00015224093497742658],
];

test('a cosine is PyTorch’s', () => {
  // PyTorch goes from each rate to the next: some roundings of a double for each of the steps.
  TORCH.forEach((rate, step) => expect(0.004 * shareOfRate('cosine', step, 8)).toBeCloseTo(rate, 16));
});

test('it starts at the whole of the rate, of one step too, and would be zero after the last', () => {
  expect([1, 2, 1000].map((steps) => shareOfRate('cosine', 0, steps))).toEqual([1, 1, 1]);
  expect(shareOfRate('cosine', 1000, 1000)).toBe(0);
});

test('a constant rate is the rate', () =>
  expect([0, 3, 7].map((step) => shareOfRate('constant', step, 8))).toEqual([1, 1, 1]));
