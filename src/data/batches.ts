// Shuffled, augmented, normalised training batches without end, the same for the same seed, resumable at any step.
// Not for evaluation, which takes images in split order: cifar10.ts.
import { PlaygroundError } from '../core/errors';
import { bytesPerImage } from '../core/image-spec';
import { permutation, Rng } from '../core/rng';
import { augment, type Augmentation } from './augment';
import { normalizeImages } from './normalize';
import type { ImageSource, LabelledImages } from './source';

export interface BatchOptions {
  /** Images per batch. */
  readonly batch: number;
  readonly seed: number;
  /** First step to yield: a run that goes on gets the batches it would have got. Default 0. */
  readonly startStep?: number;
  /** What is done to images before they are learned from; 'crops_and_flips' by default. */
  readonly augmentation?: Augmentation;
}

export interface TrainBatch {
  /** float32 NHWC [batch][h][w][c], normalised. */
  readonly x: Float32Array;
  readonly y: Uint8Array;
}

/** What the seed is used for; each use has its own numbers. */
const ORDER_OF_BLOCKS = 1;
const ORDER_IN_BLOCK = 2;
const AUGMENTATION = 3;

/**
 * Epoch after epoch, each image once per epoch; a batch may span two epochs. Blocks come in random order and images in
 * random order within their block, so that the first batch needs one block; the next block loads meanwhile.
 * @throws PlaygroundError of the source's images; 'bad-argument' for a batch below 1 or a step below 0
 */
export async function* trainBatches(data: ImageSource, options: BatchOptions): AsyncGenerator<TrainBatch, never> {
  const { batch, seed, startStep = 0, augmentation } = options;
  if (!Number.isInteger(batch) || batch < 1 || !Number.isInteger(startStep) || startStep < 0)
    throw new PlaygroundError(
      'bad-argument',
      `There is no batch of ${batch} images at step ${startStep}.`,
      'Choose a batch of at least one image.',
    );
  const { spec, block } = data;
  const blocks = data.size('train') / block;
  const imageBytes = bytesPerImage(spec);

  /** First image of the n-th block of the endless stream. */
  const startOf = (n: number) => {
    const epoch = Math.floor(n / blocks);
    return permutation(blocks, derived(seed, ORDER_OF_BLOCKS, epoch))[n % blocks] * block;
  };
  const load = async (n: number) => ({
    n,
    images: await data.images('train', startOf(n), block),
    order: permutation(block, derived(seed, ORDER_IN_BLOCK, n)),
  });

  let current: Awaited<ReturnType<typeof load>> | undefined;
  for (let step = startStep; ; step++) {
    const pixels = new Uint8Array(batch * imageBytes);
    const y = new Uint8Array(batch);
    for (let i = 0; i < batch; i++) {
      const position = step * batch + i;
      const n = Math.floor(position / block);
      if (current?.n !== n) {
        current = await load(n);
        // Only warms the store; should it fail, load(n + 1) meets the error when the block is due.
        data.images('train', startOf(n + 1), 1).catch(() => {});
      }
      copyImage(current.images, current.order[position % block], { pixels, labels: y }, i);
    }
    yield { x: normalizeImages(augment(pixels, spec, derived(seed, AUGMENTATION, step), augmentation), spec), y };
  }
}

function copyImage(from: LabelledImages, index: number, to: LabelledImages, i: number): void {
  const bytes = from.pixels.length / from.labels.length;
  to.pixels.set(from.pixels.subarray(index * bytes, (index + 1) * bytes), i * bytes);
  to.labels[i] = from.labels[index];
}

/** A generator of its own for every use and index of one seed: each part is mixed in by a draw. */
function derived(seed: number, use: number, index: number): Rng {
  const mixed = new Rng(seed).nextU32() ^ use;
  return new Rng(new Rng(mixed).nextU32() ^ index);
}
