// The comparison that kernel tests rest on: what must not pass.
import { describe, expect, test } from 'vitest';
import { compareOutputs, distance } from './testing';

const compare = (first: number[][], wanted: number[][], second = first) => compareOutputs(first, second, wanted, 1e-6);
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

  test('fail when one has no values, or nothing but values that may be anything', () => {
    expect(compare([[1], []], [[1], []])).toMatchObject(FAILS);
    expect(compare([[1, 2]], [[NaN, NaN]])).toMatchObject(FAILS);
  });

  test('fail when one has another length', () => {
    expect(compare([[1]], [[1, 2]])).toMatchObject(FAILS);
    expect(compare([[1, 2]], [[1]])).toMatchObject(FAILS);
    expect(compare([[1, 2, 3]], [[1, NaN]])).toMatchObject(FAILS);
  });

  test('may be anything, also NaN, where NaN is wanted, and there alone', () => {
    expect(compare([[1, 7]], [[1, NaN]], [[1, 8]])).toEqual({ worst: 0, repeats: true });
    expect(compare([[1, NaN]], [[1, NaN]])).toEqual({ worst: 0, repeats: true });
    expect(compare([[NaN, 1]], [[1, NaN]])).toMatchObject(FAILS);
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
