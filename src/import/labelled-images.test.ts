// Images and labels out of CIFAR-10's binary form; and what is refused, by what it says. Not for numpy's own files, which
// tests/golden/files.test.ts reads.
import { expect, it } from 'vitest';
import { imagesOfCifarBinary } from './labelled-images';

const NAMES = ['plane', 'car'];
const RECORD = 3073;

/** Records whose planes count up. */
const records = (labels: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: labels.length * RECORD }, (_, i) =>
    i % RECORD === 0 ? labels[i / RECORD] : ((i % RECORD) - 1) >> 4,
  );

it('reads labels, and planes as pixels', () => {
  const { count, width, height, pixels, labels, classes } = imagesOfCifarBinary(records([1, 0, 1]), NAMES);
  expect([count, width, height, [...labels], classes]).toEqual([3, 32, 32, [1, 0, 1], NAMES]);
  // Of the plane of each colour: bytes 0, 1024 and 2048 of a record, sixteen alike each.
  expect([...pixels.subarray(0, 3)]).toEqual([0, 64, 128]);
  expect([...pixels.subarray(3072 + 3 * 16, 3072 + 3 * 17)]).toEqual([1, 65, 129]);
});

it.each([
  ['an odd length', records([0, 1]).subarray(1), "6145 bytes are no whole number of CIFAR-10's records of 3073"],
  ['no record', new Uint8Array(0), 'it has no images'],
  ['a label beyond the last', records([0, 1, 2]), 'image 2 has the label 2; CIFAR-10 has 2 classes'],
  ['a class without images', records([0, 0]), 'no image is of "car"'],
])('%s', (_, file, why) => {
  expect(() => imagesOfCifarBinary(file, NAMES)).toThrow(`This file cannot be read as labelled images: ${why}.`);
});
