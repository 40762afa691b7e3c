// Shuffled, augmented, normalised training batches without end, the same for the same seed, resumable at any step.
// Not for evaluation, which takes images in split order: cifar10.ts.
import { PlaygroundError } from '../core/errors';
import { permutation, Rng } from '../core/rng';
import { augment } from './augment';
import type { Cifar10 } from './cifar10';
import { normalizeImages } from './normalize';
import { IMAGE_BYTES, SHARD_IMAGES, type LabelledImages } from './types';

export interface BatchOptions {
  /** Images per batch. */
  readonly batch: number;
  readonly seed: number;
  /** First step to yield: a run that goes on gets the batches it would have got. Default 0. */
  readonly startStep?: number;
}

export interface TrainBatch {
  /** float32 NHWC [batch][32][32][3], normalised. */
  readonly x: Float32Array;
  /** Labels 0..9. */
  readonly y: Uint8Array;
}

/** The part of Cifar10 that is used. */
export type ImageSource = Pick<Cifar10, 'size' | 'images'>;

/** What the seed is used for; each use has its own numbers. */
const ORDER_OF_SHARDS = 1;
const ORDER_IN_SHARD = 2;
const AUGMENTATION = 3;

/**
 * Epoch after epoch, each image once per epoch; a batch may span two epochs. Shards come in random order and images in
 * random order within their shard, so that the first batch needs one shard; the next shard loads meanwhile.
 * @throws PlaygroundError of Cifar10.images; 'bad-argument' for a batch below 1 or a step below 0
 */
export async function* trainBatches(data: ImageSource, options: BatchOptions): AsyncGenerator<TrainBatch, never> {
  const { batch, seed, startStep = 0 } = options;
  if (!Number.isInteger(batch) || batch < 1 || !Number.isInteger(startStep) || startStep < 0)
    throw new PlaygroundError(
      'bad-argument',
      `There is no batch of ${batch} images at step ${startStep}.`,
      'Choose a batch of at least one image.',
    );
  const shards = data.size('train') / SHARD_IMAGES;

  /** First image of the n-th shard of the endless stream. */
  const startOf = (n: number) => {
    const epoch = Math.floor(n / shards);
    return permutation(shards, derived(seed, ORDER_OF_SHARDS, epoch))[n % shards] * SHARD_IMAGES;
  };
  const load = async (n: number) => ({
    n,
    images: await data.images('train', startOf(n), SHARD_IMAGES),
    order: permutation(SHARD_IMAGES, derived(seed, ORDER_IN_SHARD, n)),
  });

  let current: Awaited<ReturnType<typeof load>> | undefined;
  for (let step = startStep; ; step++) {
    const pixels = new Uint8Array(batch * IMAGE_BYTES);
    const y = new Uint8Array(batch);
    for (let i = 0; i < batch; i++) {
      const position = step * batch + i;
      const n = Math.floor(position / SHARD_IMAGES);
      if (current?.n !== n) {
        current = await load(n);
        // Only warms the store; should it fail, load(n + 1) meets the error when the shard is due.
        data.images('train', startOf(n + 1), 1).catch(() => {});
      }
      copyImage(current.images, current.order[position % SHARD_IMAGES], pixels, y, i);
    }
    yield { x: normalizeImages(augment(pixels, derived(seed, AUGMENTATION, step))), y };
  }
}

function copyImage(from: LabelledImages, index: number, pixels: Uint8Array, labels: Uint8Array, i: number): void {
  pixels.set(from.pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES), i * IMAGE_BYTES);
  labels[i] = from.labels[index];
}

/** A generator of its own for every use and index of one seed: each part is mixed in by a draw. */
function derived(seed: number, use: number, index: number): Rng {
  const mixed = new Rng(seed).nextU32() ^ use;
  return new Rng(new Rng(mixed).nextU32() ^ index);
}
