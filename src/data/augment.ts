// Training-time augmentation of pixel bytes: torchvision's RandomCrop(size, padding=4) and RandomHorizontalFlip.
// Not for normalisation, which comes after: the padding is black pixels, not zeros of the network's input.
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import type { Rng } from '../core/rng';

const PADDING = 4;

/** Both, the flips alone, or pixels as they are. */
export type Augmentation = 'crops_and_flips' | 'flips' | 'none';

/**
 * Every image shifted by -4..4 pixels each way, black coming in at the edges, then mirrored with probability 1/2.
 * Draws up to three numbers per image: row of the crop, column, flip.
 * @param pixels uint8 [n][h][w][c]; left as they are
 */
export function augment(
  pixels: Uint8Array,
  shape: Pick<ImageSpec, 'h' | 'w' | 'c'>,
  rng: Rng,
  kind: Augmentation = 'crops_and_flips',
): Uint8Array {
  const shift = () => (kind === 'crops_and_flips' ? rng.below(2 * PADDING + 1) - PADDING : 0);
  const { h, w, c } = shape;
  const rowBytes = w * c;
  const out = new Uint8Array(pixels.length);
  for (let image = 0; image < pixels.length; image += bytesPerImage(shape)) {
    const down = shift();
    const right = shift();
    const flipped = kind !== 'none' && rng.below(2) === 1;
    const [firstColumn, endColumn] = [Math.max(0, right), Math.min(w, w + right)];
    for (let y = Math.max(0, -down); y < Math.min(h, h - down); y++) {
      const from = image + (y + down) * rowBytes;
      const to = image + y * rowBytes;
      for (let column = firstColumn; column < endColumn; column++) {
        const x = flipped ? w - 1 - (column - right) : column - right;
        for (let channel = 0; channel < c; channel++) out[to + x * c + channel] = pixels[from + column * c + channel];
      }
    }
  }
  return out;
}
