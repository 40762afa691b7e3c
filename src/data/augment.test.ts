import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Rng } from '../core/rng';
import { augment } from './augment';
import { CIFAR10 } from './cifar10-spec';

/** Padding, cropping and mirroring as three separate steps on nested arrays of one image. */
function slow(image: number[][][], top: number, left: number, flip: boolean): number[][][] {
  const black = [0, 0, 0];
  const padded = Array.from({ length: 40 }, (_, y) =>
    Array.from({ length: 40 }, (_, x) => image[y - 4]?.[x - 4] ?? black),
  );
  const cropped = padded.slice(top, top + 32).map((row) => row.slice(left, left + 32));
  return flip ? cropped.map((row) => row.toReversed()) : cropped;
}

const nested = (pixels: Uint8Array): number[][][] =>
  Array.from({ length: 32 }, (_, y) =>
    Array.from({ length: 32 }, (_, x) => [...pixels.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]),
  );

it('is padding by 4, a crop and a flip, drawn for each image', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 3 }), (seed, n) => {
      const noise = new Rng(seed ^ 0x5eed);
      const pixels = Uint8Array.from({ length: n * 3072 }, () => 1 + noise.below(255));
      const before = pixels.slice();
      const draws = new Rng(seed);
      const expected = Array.from({ length: n }, (_, i) => {
        const [top, left, flip] = [draws.below(9), draws.below(9), draws.below(2) === 1];
        return slow(nested(pixels.subarray(i * 3072, (i + 1) * 3072)), top, left, flip);
      });
      expect([...augment(pixels, CIFAR10, new Rng(seed))]).toEqual(expected.flat(4));
      expect(pixels).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

it('may be flips alone, or nothing', () => {
  const noise = new Rng(1);
  const pixels = Uint8Array.from({ length: 8 * 3072 }, () => noise.below(256));
  const draws = new Rng(2);
  const flipped = Array.from({ length: 8 }, (_, i) => {
    const image = nested(pixels.subarray(i * 3072, (i + 1) * 3072));
    return draws.below(2) === 1 ? image.map((row) => row.toReversed()) : image;
  });
  expect([...augment(pixels, CIFAR10, new Rng(2), 'flips')]).toEqual(flipped.flat(4));
  expect(augment(pixels, CIFAR10, new Rng(2), 'none')).toEqual(pixels);
});
