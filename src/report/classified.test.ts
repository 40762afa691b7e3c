import { expect, test } from 'vitest';
import { inPieces } from './classified';

/** Of each image its number, and the number after it. */
const classify = async (start: number, n: number) => ({
  labels: Uint8Array.from({ length: n }, (_, i) => start + i),
  predictions: Uint8Array.from({ length: n }, (_, i) => start + i + 1),
});

test.each([
  [10, 4, [4, 8, 10]],
  [8, 4, [4, 8]],
  [3, 4, [3]],
])('%i images, %i at a time, come in their order', async (count, size, dones) => {
  const told: number[] = [];
  const all = await inPieces(count, size, classify, (done) => told.push(done) > 0);
  expect(all).toEqual(await classify(0, count));
  expect(told).toEqual(dones);
});

test.each([4, 8, 10])('nothing comes where it is not to go on after %i of 10', async (end) => {
  const asked: number[] = [];
  const noted = (start: number, n: number) => (asked.push(start + n), classify(start, n));
  expect(await inPieces(10, 4, noted, (done) => done < end)).toBeUndefined();
  expect(asked.at(-1)).toBe(end);
});
