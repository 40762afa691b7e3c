// What a CIFAR-10 image is here, and how the prepared files hold it. Plain data.
// Not for fetching (cifar10.ts) nor for making the files (scripts/prepare-data.ts).

export type Split = 'train' | 'validation' | 'test';
export const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** Class names by label. */
export const CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

/** Height and width in pixels. */
export const IMAGE_SIDE = 32;
/** Red, green, blue of every pixel, row by row. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * 3;
/** A shard, unpacked, is this many label bytes and then as many images. */
export const SHARD_IMAGES = 1000;

/** n images: uint8 NHWC [n][32][32][3], and labels 0..9 [n]. */
export interface LabelledImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}
