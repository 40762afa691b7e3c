// A square of a picture made as small as a network takes it: each pixel the mean of all that it covers, parts of pixels by
// their share. Nearest neighbours would take one pixel in hundreds. Not for choosing the square: square.ts.
import type { Square } from './square';

/** What ImageData has: red, green, blue and alpha of every pixel, row by row. */
export interface Rgba {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** @param side of the result, in pixels @returns red, green, blue of every pixel, row by row; alpha is not looked at */
export function averaged({ data, width }: Rgba, { x, y, size }: Square, side: number): Uint8Array {
  const shares = Array.from({ length: side }, (_, i) => covered((i * size) / side, ((i + 1) * size) / side));
  const area = (size / side) ** 2;
  const pixels = new Uint8Array(side * side * 3);
  shares.forEach((rows, i) =>
    shares.forEach((columns, j) => {
      let [red, green, blue] = [0, 0, 0];
      for (let r = 0; r < rows.weights.length; r++)
        for (let c = 0; c < columns.weights.length; c++) {
          const at = 4 * ((y + rows.first + r) * width + x + columns.first + c);
          const weight = rows.weights[r] * columns.weights[c];
          red += weight * data[at];
          green += weight * data[at + 1];
          blue += weight * data[at + 2];
        }
      pixels.set(
        [red, green, blue].map((sum) => Math.round(sum / area)),
        3 * (i * side + j),
      );
    }),
  );
  return pixels;
}

/** How much of each pixel lies between two places, from the first pixel on that does. */
function covered(from: number, to: number): { readonly first: number; readonly weights: readonly number[] } {
  const first = Math.floor(from);
  const weights = Array.from(
    { length: Math.ceil(to) - first },
    (_, i) => Math.min(first + i + 1, to) - Math.max(first + i, from),
  );
  return { first, weights };
}
