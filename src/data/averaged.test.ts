import fc from 'fast-check';
import { expect, it } from 'vitest';
import { averaged, type Rgba } from './averaged';

const SIDE = 4;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const picture = (width: number, height: number, data: ArrayLike<number>): Rgba => ({
  ...{ width, height, data: Uint8ClampedArray.from(data) },
});
/** A picture of any size and a square in it. */
const squares = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .chain(([size, x, y]) => {
    const [width, height] = [size + x + 2, size + y + 1];
    return bytes(width * height * 4).map((data) => ({ square: { x, y, size }, of: picture(width, height, data) }));
  });
/** Red, green, blue of one pixel. */
const rgb = ({ data, width }: Rgba, x: number, y: number) => [...data.subarray(4 * (y * width + x)).slice(0, 3)];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('gives the pixels themselves where the square is as small as the result', () => {
  fc.assert(
    fc.property(bytes(36 * 4), (data) => {
      const of = picture(6, 6, data);
      const expected = [1, 2, 3, 4].flatMap((y) => [2, 3, 4, 5].flatMap((x) => rgb(of, x, y)));
      expect([...averaged(of, { x: 2, y: 1, size: SIDE }, SIDE)]).toEqual(expected);
    }),
  );
});

it('is the mean of a box at whole factors', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.infiniteStream(fc.nat(255)), (factor, stream) => {
      const size = factor * SIDE;
      const of = picture(size, size, [...stream.take(size * size * 4)]);
      const result = averaged(of, { x: 0, y: 0, size }, SIDE);
      for (let i = 0; i < result.length; i++) {
        const [pixel, channel] = [Math.floor(i / 3), i % 3];
        const [left, top] = [(pixel % SIDE) * factor, Math.floor(pixel / SIDE) * factor];
        let sum = 0;
        for (let y = top; y < top + factor; y++)
          for (let x = left; x < left + factor; x++) sum += of.data[4 * (y * size + x) + channel];
        expect(Math.abs(result[i] - sum / factor ** 2)).toBeLessThanOrEqual(0.5 + 1e-9);
      }
    }),
    { numRuns: 20 },
  );
});

it('leaves one colour as it is, at any factor', () => {
  fc.assert(
    fc.property(squares, fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), ({ square, of }, colour) => {
      const { width, height } = of;
      const one = picture(width, height, Array.from({ length: width * height }, () => [...colour, 255]).flat());
      const result = averaged(one, square, SIDE);
      for (let i = 0; i < result.length; i++) expect(result[i]).toBe(colour[i % 3]);
    }),
  );
});

it('keeps the mean of every channel, at any factor, and nothing from beside the square', () => {
  fc.assert(
    fc.property(squares, ({ square: { x, y, size }, of }) => {
      const result = [...averaged(of, { x, y, size }, SIDE)];
      for (const channel of [0, 1, 2]) {
        const inside: number[] = [];
        for (let row = y; row < y + size; row++)
          for (let column = x; column < x + size; column++) inside.push(rgb(of, column, row)[channel]);
        const made = result.filter((_, i) => i % 3 === channel);
        // Each pixel is rounded by half a step at most.
        expect(Math.abs(mean(made) - mean(inside))).toBeLessThanOrEqual(0.5 + 1e-9);
      }
    }),
  );
});
