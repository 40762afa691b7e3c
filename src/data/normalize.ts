// Pixel bytes to the float32 values the network is fed.
// Not for the constants: an ImageSpec has them.
import { normalisedBytes, type ImageSpec } from '../core/image-spec';

/** uint8 pixels NHWC, any number, to float32 of the same length: (byte / 255 - mean) / std by channel. */
export function normalizeImages(pixels: Uint8Array, spec: ImageSpec): Float32Array {
  const { c } = spec;
  const table = normalisedBytes(spec);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i += c)
    for (let channel = 0; channel < c; channel++) values[i + channel] = table[pixels[i + channel] * c + channel];
  return values;
}
