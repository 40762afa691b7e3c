import { expect, test } from 'vitest';
import { rateAt, rateChangesUpTo, recordRate, type RateChange } from './schedule';

const RATES = [0.1, 0.1, 0.1, 0.01, 0.01, 0.1];

function recorded(rates: readonly number[]): RateChange[] {
  const schedule: RateChange[] = [];
  rates.forEach((rate, step) => recordRate(schedule, step, rate));
  return schedule;
}

test('only changes are recorded, and give every step its rate again', () => {
  const schedule = recorded(RATES);
  expect(schedule).toEqual([
    { step: 0, rate: 0.1 },
    { step: 3, rate: 0.01 },
    { step: 5, rate: 0.1 },
  ]);
  expect(RATES.map((_, step) => rateAt(schedule, step))).toEqual(RATES);
  expect(rateAt(schedule, 100)).toBe(0.1);
});

test.each([0, 1, 3, 4, 5, 6])('cut after %i steps it is that of a run which took no more', (steps) =>
  expect(rateChangesUpTo(recorded(RATES), steps)).toEqual(recorded(RATES.slice(0, steps))),
);
