import { describe, expect, test } from 'vitest';
import type { Param } from '../core/params';
import { allFinite, GUESSING, isCalm, isLost, runsAway, WINDOW } from './divergence';

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

  test('single bad batches do not count', () => {
    expect(runsAway([...constant(0.1, 9), 40])).toBe(false);
    expect(runsAway([0.1, 0.1, 40])).toBe(false);
  });

  test.each([
    [true, [0.3, 9e21]],
    [true, [0.1, ...constant(100, 8)]],
    [true, [0.5, ...constant(6, 8)]],
    [false, [0.5, ...constant(6, 7)]],
    [false, [8, ...constant(18, 7)]],
    [false, [0.3, 45]],
  ])('before the tenth step it is %s of %j, as if the steps to come lost nothing', (verdict, losses) => {
    expect(runsAway(losses)).toBe(verdict);
    expect(runsAway([...losses, ...constant(0, WINDOW - losses.length)])).toBe(verdict);
  });

  test('nothing has run away before the first step', () => expect(runsAway([])).toBe(false));
});

test('isCalm: at most twice the mean of the ten before, or not worse than guessing', () => {
  expect(isCalm([5])).toBe(true);
  expect(isCalm([2, 4])).toBe(true);
  expect(isCalm([2, 4.1])).toBe(false);
  expect(isCalm([100, ...constant(2), 4.1])).toBe(false);
  expect(isCalm([...constant(0.1), GUESSING])).toBe(true);
  expect(isCalm([...constant(0.1), GUESSING + 0.1])).toBe(false);
});

describe('isLost', () => {
  test.each([NaN, Infinity, 9e21, 18])('a loss of %s after the last step is no result', (left) =>
    expect(isLost([0.76], left)).toBe(true),
  );

  test('few bits may leave twice what guessing has, and more where they began higher', () => {
    expect(isLost([0.63, 4.24], 4.3)).toBe(false);
    expect(isLost([8, 12], 30)).toBe(false);
    expect(isLost([8, 12], 33)).toBe(true);
  });

  test('nor is a run that runs away with its last step', () => {
    const losses = [0.5, ...constant(4.6, 9)];
    expect(runsAway(losses)).toBe(false);
    expect(isLost(losses, 5)).toBe(true);
  });
});

test.each([NaN, Infinity, -Infinity])('allFinite: %s is found among weights and momenta, wherever it is', (bad) => {
  const store = (at?: number) => {
    const data = Float32Array.of(0, -3, 1e38);
    if (at !== undefined) data[at] = bad;
    return new Map<string, Param>([['w', { shape: [3], data }]]);
  };
  expect(allFinite({ params: store(), momentum: store() })).toBe(true);
  for (const at of [0, 1, 2]) {
    expect(allFinite({ params: store(at), momentum: store() })).toBe(false);
    expect(allFinite({ params: store(), momentum: store(at) })).toBe(false);
  }
});
