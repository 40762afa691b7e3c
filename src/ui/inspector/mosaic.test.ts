import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mosaicSize, pixelOf, placeAt } from './mosaic';

const shape = fc.record({
  h: fc.integer({ min: 1, max: 16 }),
  w: fc.integer({ min: 1, max: 16 }),
  c: fc.integer({ min: 1, max: 512 }),
});

it('every place has a pixel of its own within the picture, and the pixel is that place', () => {
  fc.assert(
    fc.property(shape, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (shape, share) => {
      const i = Math.floor(share * shape.h * shape.w * shape.c);
      const pixel = Math.floor(i / shape.c);
      const at = { y: Math.floor(pixel / shape.w), x: pixel % shape.w, channel: i % shape.c };
      const { px, py } = pixelOf(shape, at);
      const { width, height } = mosaicSize(shape);
      expect(px).toBeLessThan(width);
      expect(py).toBeLessThan(height);
      expect(placeAt(shape, px, py)).toEqual(at);
    }),
  );
});

it('there is nothing between tiles, nor beyond the last', () => {
  const three = { h: 2, w: 2, c: 3 };
  expect(mosaicSize(three)).toEqual({ across: 2, width: 5, height: 5 });
  expect(placeAt(three, 2, 0)).toBeUndefined();
  expect(placeAt(three, 3, 3)).toBeUndefined();
  expect(placeAt(three, 0, 5)).toBeUndefined();
});
