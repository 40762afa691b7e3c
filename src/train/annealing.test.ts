import { describe, expect, test } from 'vitest';
import { shareOfRate, type ScheduleKind } from './annealing';

/** lr of torch.optim.lr_scheduler's before each step, of SGD with lr 0.004 (OneCycleLR: max_lr), PyTorch 2.13.0. */
const TORCH: readonly (readonly [call: string, kind: ScheduleKind, rates: readonly number[]])[] = [
  [
    ...(['CosineAnnealingLR(T_max=8)', 'cosine'] as const),
    [
      ...[0.004, 0.0038477590650225738, 0.0034142135623730953, 0.0027653668647301803],
      ...[0.0020000000000000005, 0.001234633135269821, 0.0005857864376269052, 0.00015224093497742658],
    ],
  ],
  ['StepLR(step_size=3)', 'step', [0.004, 0.004, 0.004, 0.0004, 0.0004, 0.0004, 4e-5, 4e-5]],
  [
    ...(['OneCycleLR(total_steps=10)', 'one_cycle'] as const),
    [
      ...[0.00015999999999999999, 0.0020800000000000003, 0.004, 0.0038019385280538944, 0.003246982615799052],
      ...[0.0024450480877451566, 0.001554967912254843, 0.0007530333842009479, 0.00019807747194610514, 1.6e-8],
    ],
  ],
  [
    ...(['OneCycleLR(total_steps=13), whose top lies between two steps', 'one_cycle'] as const),
    [
      ...[0.00015999999999999999, 0.001180655793856403, 0.003157479165495774, 0.003998808285869016],
      ...[0.003857513050200683, 0.0034970235082562163, 0.002959879116419749, 0.0023094654317458844],
      ...[0.0016225343189949304, 0.0009801468706805638, 0.0004581078180354391, 0.00011802021725649021, 1.6e-8],
    ],
  ],
];

// PyTorch goes from each rate to the next: some roundings of a double for each of the steps.
test.each(TORCH)('%s', (_, kind, rates) => {
  rates.forEach((rate, step) => expect(0.004 * shareOfRate(kind, step, rates.length)).toBeCloseTo(rate, 16));
});

test('a cosine starts at the whole of the rate, of one step too, and would be zero after the last', () => {
  expect([1, 2, 1000].map((steps) => shareOfRate('cosine', 0, steps))).toEqual([1, 1, 1]);
  expect(shareOfRate('cosine', 1000, 1000)).toBe(0);
});

test('a constant rate is the rate', () =>
  expect([0, 3, 7].map((step) => shareOfRate('constant', step, 8))).toEqual([1, 1, 1]));

describe('no schedule asks for more than the rate, or for less than none', () => {
  test.each(['constant', 'step', 'cosine', 'one_cycle'] as const)('%s', (kind) => {
    for (let steps = 1; steps <= 40; steps++)
      for (let step = 0; step < steps; step++) {
        const share = shareOfRate(kind, step, steps);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
  });
});
