// A visitor's images as a project has them: what they are, and their bytes in one blob, which a worker takes without a copy
// through the page. Not for reading files: src/import; nor for how they are parted: split-images.ts.
import { PlaygroundError } from '../core/errors';
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import { SPLITS, type ImageSource, type LabelledImages, type Split } from './source';

export interface OwnImages {
  /** Of the file or folder. */
  readonly name: string;
  /** Tells these images from others: of their bytes and labels. */
  readonly sum: string;
  readonly spec: ImageSpec;
  readonly counts: Readonly<Record<Split, number>>;
  /** Split after split: the labels of all, then the pixels of all. */
  readonly blob: Blob;
}

/** The bytes of OwnImages.blob. @param splits indices into the images */
export function packImages(
  { pixels, labels }: LabelledImages,
  splits: Readonly<Record<Split, Uint32Array>>,
): Uint8Array<ArrayBuffer> {
  const order = SPLITS.flatMap((split) => [...splits[split]]);
  const size = pixels.length / labels.length;
  const packed = new Uint8Array(order.length * (1 + size));
  order.forEach((from, i) => {
    packed[i] = labels[from];
    packed.set(pixels.subarray(from * size, (from + 1) * size), order.length + i * size);
  });
  return packed;
}

/** @throws PlaygroundError 'bad-file' where the browser has let go of them */
export async function openOwnImages({ spec, counts, blob, name }: OwnImages): Promise<ImageSource> {
  try {
    return inMemory(spec, counts, new Uint8Array(await blob.arrayBuffer()));
  } catch (cause) {
    throw new PlaygroundError('bad-file', `${name} can be read no longer.`, 'Give the images again.', { cause });
  }
}

/** @param packed as packImages has it */
export function inMemory(spec: ImageSpec, counts: Readonly<Record<Split, number>>, packed: Uint8Array): ImageSource {
  const size = bytesPerImage(spec);
  const total = SPLITS.reduce((sum, split) => sum + counts[split], 0);
  const firstOf = (split: Split) =>
    SPLITS.slice(0, SPLITS.indexOf(split)).reduce((sum, before) => sum + counts[before], 0);
  return {
    spec,
    block: counts.train,
    size: (split) => counts[split],
    async images(split, start, count) {
      const end = start + count;
      if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || count < 0 || end > counts[split])
        throw new PlaygroundError(
          'bad-argument',
          `Images ${start} to ${end - 1} were asked for; ${split} has ${counts[split]}.`,
          'Ask for fewer images.',
        );
      const from = firstOf(split) + start;
      const at = total + from * size;
      return { labels: packed.slice(from, from + count), pixels: packed.slice(at, at + count * size) };
    },
  };
}
