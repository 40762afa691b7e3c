// CIFAR-10 as this product has it: its images, and how the prepared files hold them. Plain data.
// Not for fetching (cifar10.ts), for the manifest of the files (manifest.ts), nor for making them (scripts/prepare-data.ts).
import { bytesPerImage, type ImageSpec } from '../core/image-spec';

/** Normalised by the article's constants (ImageNet's), red, green, blue. */
export const CIFAR10: ImageSpec = {
  h: 32,
  w: 32,
  c: 3,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};
/** Red, green, blue of every pixel, row by row. */
export const IMAGE_BYTES = bytesPerImage(CIFAR10);
/** A shard, unpacked, is this many label bytes and then as many images. */
export const SHARD_IMAGES = 1000;
