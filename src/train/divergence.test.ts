import { describe, expect, test } from 'vitest';
import { GUESSING, isCalm, runsAway, WINDOW } from './divergence';

const constant = (value: number, n = WINDOW) => new Array<number>(n).fill(value);

describe('runsAway', () => {
  test('a network that guesses, or is somewhat worse, may recover', () => {
    expect(runsAway(constant(GUESSING))).toBe(false);
    expect(runsAway(constant(1.9 * GUESSING))).toBe(false);
    expect(runsAway([0.3, ...constant(2.1 * GUESSING)])).toBe(true);
  });

  test('few bits begin high: they run away only when they rise from there', () => {
    expect(runsAway([8, ...constant(12)])).toBe(false);
    expect(runsAway([8, ...constant(17)])).toBe(true);
  });

  test('single bad batches do not count, nor do the first nine', () => {
    expect(runsAway([...constant(0.1, 9), 40])).toBe(false);
    expect(runsAway([0.1, ...constant(100, 8)])).toBe(false);
  });
});

test('isCalm: at most twice the mean of the ten before, or not worse than guessing', () => {
  expect(isCalm([5])).toBe(true);
  expect(isCalm([2, 4])).toBe(true);
  expect(isCalm([2, 4.1])).toBe(false);
  expect(isCalm([100, ...constant(2), 4.1])).toBe(false);
  expect(isCalm([...constant(0.1), GUESSING])).toBe(true);
  expect(isCalm([...constant(0.1), GUESSING + 0.1])).toBe(false);
});
