// The comparison that kernel tests rest on: what must not pass.
import { describe, expect, test } from 'vitest';
import { compareOutputs, distance, type Wanted } from './testing';

const compare = (first: number[][], wanted: number[][], second = first, within = 1e-6, counts?: Wanted['counts']) =>
  compareOutputs(
    first,
    second,
    wanted.map((values) => ({ values, within, counts })),
  );
/** All but the second value. */
const butSecond = (index: number) => index !== 1;
const FAILS = { worst: Infinity };

describe('outputs of a kernel', () => {
  test('that are those wanted pass, within the tolerance', () => {
    expect(compare([[1, 2], [3]], [[1, 2], [3]])).toEqual({ worst: 0, repeats: true });
    expect(compare([[1, 4]], [[1, 4 + 2e-6]]).worst).toBeCloseTo(0.5, 3);
    expect(compare([[1, 4]], [[1, 4 + 8e-6]]).worst).toBeCloseTo(2, 3);
    expect(compare([[Infinity]], [[Infinity]])).toEqual({ worst: 0, repeats: true });
  });

  test('fail when there are none, or none were wanted', () => {
    expect(compare([], [])).toMatchObject(FAILS);
    expect(compare([[1]], [])).toMatchObject(FAILS);
    expect(compare([], [[1]])).toMatchObject(FAILS);
  });

  test('fail when there are more or fewer than wanted', () => {
    expect(compare([[1], [2]], [[1]])).toMatchObject(FAILS);
    expect(compare([[1]], [[1], [2]])).toMatchObject(FAILS);
  });

  test('fail when one has no values, or nothing but values that do not count', () => {
    expect(compare([[1], []], [[1], []])).toMatchObject(FAILS);
    expect(compare([[1, 2]], [[1, 2]], undefined, 1e-6, () => false)).toMatchObject(FAILS);
  });

  test('may be anything of the right length where that is said', () => {
    expect(compare([[1, NaN]], [[3, 4]], [[2, 5]], Infinity)).toEqual({ worst: 0, repeats: true });
    expect(compare([[1]], [[3, 4]], undefined, Infinity)).toMatchObject(FAILS);
  });

  test('fail when one has another length', () => {
    expect(compare([[1]], [[1, 2]])).toMatchObject(FAILS);
    expect(compare([[1, 2]], [[1]])).toMatchObject(FAILS);
    expect(compare([[1, 2, 3]], [[1, 2]], undefined, 1e-6, butSecond)).toMatchObject(FAILS);
  });

  test('may be anything, also NaN, where a value does not count, and there alone', () => {
    expect(compare([[1, 7]], [[1, 2]], [[1, 8]], 1e-6, butSecond)).toEqual({ worst: 0, repeats: true });
    expect(compare([[1, NaN]], [[1, 2]], undefined, 1e-6, butSecond)).toEqual({ worst: 0, repeats: true });
    expect(compare([[NaN, 1]], [[1, 2]], undefined, 1e-6, butSecond)).toMatchObject(FAILS);
    expect(compare([[1, 7]], [[1, 2]], [[2, 7]], 1e-6, butSecond).repeats).toBe(false);
  });

  test('are NaN where that is wanted, and there alone', () => {
    for (const within of [0, 1e-6]) {
      expect(compare([[1, NaN]], [[1, NaN]], undefined, within)).toEqual({ worst: 0, repeats: true });
      expect(compare([[1, 2]], [[1, NaN]], undefined, within)).toMatchObject(FAILS);
      expect(compare([[1, NaN]], [[1, 2]], undefined, within)).toMatchObject(FAILS);
    }
  });

  test('are equal in float32 where nothing is tolerated', () => {
    expect(compare([[Math.fround(0.1), -0]], [[0.1, 0]], undefined, 0)).toEqual({ worst: 0, repeats: true });
    expect(compare([[0.1 + 1e-8]], [[0.1]], undefined, 0)).toMatchObject(FAILS);
    expect(compare([[Infinity]], [[3e38]], undefined, 0)).toMatchObject(FAILS);
  });

  test('do not repeat when the second run differs, in values or in number', () => {
    expect(compare([[1, 2]], [[1, 2]], [[1, 2 + 1e-15]]).repeats).toBe(false);
    expect(compare([[1]], [[1]], [[1], [2]]).repeats).toBe(false);
    expect(compare([[1], [2]], [[1], [2]], [[1]]).repeats).toBe(false);
    expect(compare([[1]], [[1]], [[1, 2]]).repeats).toBe(false);
    expect(compare([], [], []).repeats).toBe(false);
  });
});

test('the distance of no values, or of another number of values, is infinite', () => {
  expect(distance([], [])).toBe(Infinity);
  expect(distance([1], [])).toBe(Infinity);
  expect(distance([], [1])).toBe(Infinity);
  expect(distance([1, 2], [1])).toBe(Infinity);
  expect(distance([NaN], [1])).toBe(Infinity);
  expect(distance([1], [NaN])).toBe(Infinity);
});
