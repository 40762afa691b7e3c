// Pixel bytes to the float32 values the network is fed.
// Not for the constants: src/core/normalisation.ts.
import { NORMALISED } from '../core/normalisation';

/** uint8 RGB pixels, any number, to float32 of the same length: (byte / 255 - mean) / std by channel. */
export function normalizeImages(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    values[i] = NORMALISED[pixels[i] * 3];
    values[i + 1] = NORMALISED[pixels[i + 1] * 3 + 1];
    values[i + 2] = NORMALISED[pixels[i + 2] * 3 + 2];
  }
  return values;
}
