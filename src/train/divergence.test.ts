import { describe, expect, test } from 'vitest';
import type { Param } from '../core/params';
import * as rules from './divergence';
import { allFinite, guessing, WINDOW } from './divergence';

const CLASSES = 10;
const GUESSING = guessing(CLASSES);
const runsAway = (losses: readonly number[]) => rules.runsAway(losses, CLASSES);
const isCalm = (losses: readonly number[]) => rules.isCalm(losses, CLASSES);
const isLost = (losses: readonly number[], left: number) => rules.isLost(losses, left, CLASSES);

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

describe('allFinite', () => {
  const store = (at = -1, bad = 0) => {
    const data = Float32Array.of(0, -3, 1e38);
    if (at >= 0) data[at] = bad;
    return new Map<string, Param>([['w', { shape: [3], data }]]);
  };
  const range = (min: number, max: number) =>
    new Map([['w', { min: Float32Array.of(-1, min), max: Float32Array.of(1, max) }]]);
  const histogram = (min: number, max: number) => new Map([['w', { counts: new Float32Array(4), min, max }]]);
  const none = { params: store(), momentum: store(), statistics: store(), ranges: new Map(), histograms: new Map() };

  test.each([NaN, Infinity, -Infinity])('finds %s among weights, momenta and statistics, wherever it is', (bad) => {
    expect(allFinite(none)).toBe(true);
    for (const at of [0, 1, 2]) {
      expect(allFinite({ ...none, params: store(at, bad) })).toBe(false);
      expect(allFinite({ ...none, momentum: store(at, bad) })).toBe(false);
      expect(allFinite({ ...none, statistics: store(at, bad) })).toBe(false);
    }
  });

  test('finds it among ranges, but one that has seen nothing is none', () => {
    for (const [min, max] of [
      [NaN, NaN],
      [NaN, 1],
      [0, NaN],
      [0, Infinity],
      [-Infinity, 0],
      [Infinity, 1],
    ] as const) {
      expect(allFinite({ ...none, ranges: range(min, max) })).toBe(false);
      expect(allFinite({ ...none, histograms: histogram(min, max) })).toBe(false);
    }
    for (const [min, max] of [
      [Infinity, -Infinity],
      [-3e38, 3e38],
    ] as const) {
      expect(allFinite({ ...none, ranges: range(min, max) })).toBe(true);
      expect(allFinite({ ...none, histograms: histogram(min, max) })).toBe(true);
    }
  });
});
