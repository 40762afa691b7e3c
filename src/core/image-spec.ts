// What a network's images are: their shape, what becomes of their bytes, and the classes they show. Plain data.
// Not for reading images (src/data) nor for quantizing them (src/convert/image.ts).

export interface ImageSpec {
  /** Height and width in pixels, channels. */
  readonly h: number;
  readonly w: number;
  readonly c: number;
  /** By channel, of bytes / 255. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Names by label. */
  readonly classes: readonly string[];
}

/** Of one image: uint8 NHWC. */
export const bytesPerImage = ({ h, w, c }: Pick<ImageSpec, 'h' | 'w' | 'c'>): number => h * w * c;

const f32 = Math.fround;
const tables = new WeakMap<ImageSpec, Float32Array>();

/**
 * What the network is fed instead of bytes: (byte / 255 - mean) / std by channel, in torchvision's float32 steps.
 * @returns float32 [256][c]: the value of a byte in a channel at byte * c + channel
 */
export function normalisedBytes(spec: ImageSpec): Float32Array {
  let table = tables.get(spec);
  if (!table) {
    const { c, mean, std } = spec;
    table = Float32Array.from({ length: 256 * c }, (_, i) => {
      const unit = f32(Math.floor(i / c) / 255);
      return f32(unit - f32(mean[i % c])) / f32(std[i % c]);
    });
    tables.set(spec, table);
  }
  return table;
}
