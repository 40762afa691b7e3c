// Training-time augmentation of pixel bytes: torchvision's RandomCrop(32, padding=4) and RandomHorizontalFlip.
// Not for normalisation, which comes after: the padding is black pixels, not zeros of the network's input.
import type { Rng } from '../core/rng';
import { IMAGE_BYTES, IMAGE_SIDE } from './types';

const PADDING = 4;
const ROW_BYTES = IMAGE_SIDE * 3;

/**
 * Every image shifted by -4..4 pixels each way, black coming in at the edges, then mirrored with probability 1/2.
 * Draws three numbers per image: row of the crop, column, flip.
 * @param pixels uint8 [n][32][32][3]; left as they are
 */
export function augment(pixels: Uint8Array, rng: Rng): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let image = 0; image < pixels.length; image += IMAGE_BYTES) {
    const down = rng.below(2 * PADDING + 1) - PADDING;
    const right = rng.below(2 * PADDING + 1) - PADDING;
    const flipped = rng.below(2) === 1;
    const [firstColumn, endColumn] = [Math.max(0, right), Math.min(IMAGE_SIDE, IMAGE_SIDE + right)];
    for (let y = Math.max(0, -down); y < Math.min(IMAGE_SIDE, IMAGE_SIDE - down); y++) {
      const from = image + (y + down) * ROW_BYTES;
      const to = image + y * ROW_BYTES;
      for (let column = firstColumn; column < endColumn; column++) {
        const x = flipped ? IMAGE_SIDE - 1 - (column - right) : column - right;
        out[to + x * 3] = pixels[from + column * 3];
        out[to + x * 3 + 1] = pixels[from + column * 3 + 1];
        out[to + x * 3 + 2] = pixels[from + column * 3 + 2];
      }
    }
  }
  return out;
}
