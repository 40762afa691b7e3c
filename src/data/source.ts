// What training and evaluation ask of a collection of images. Not for where they come from: cifar10.ts has one.
import type { ImageSpec } from '../core/image-spec';

export type Split = 'train' | 'validation' | 'test';
export const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** n images: uint8 NHWC [n][h][w][c], and their labels [n]. */
export interface LabelledImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export interface ImageSource {
  readonly spec: ImageSpec;
  /** Images that come together; the training split is a whole number of such blocks. */
  readonly block: number;
  /** Number of images. */
  size(split: Split): number;
  /** A copy of images start..start+count-1 of a split, in its fixed order. @throws PlaygroundError when they cannot be had */
  images(split: Split, start: number, count: number): Promise<LabelledImages>;
}

/** Images start..start+count-1 of a split. */
export interface ImageRange {
  readonly split: Split;
  readonly start: number;
  readonly count: number;
}

/** As many of these images as there are. */
export const within = (source: ImageSource, { split, start, count }: ImageRange): ImageRange => ({
  ...{ split, start, count: Math.max(0, Math.min(count, source.size(split) - start)) },
});

/** As many of a split's images as there are, at most that many. */
export const atMost = (source: ImageSource, split: Split, images: number): number =>
  within(source, { split, start: 0, count: images }).count;

/** The images for validation, for those who need no other split. */
export const validationStream = (source: ImageSource) => ({
  size: source.size('validation'),
  images: (start: number, count: number) => source.images('validation', start, count),
});
