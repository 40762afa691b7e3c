import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainBatches, type BatchOptions, type TrainBatch } from './batches';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from './cifar10-spec';
import { normalizeImages } from './normalize';
import type { ImageSource } from './source';

const IMAGES = 3000;

/** Every image of one colour that says its position; red and green are never black. */
const PIXELS = new Uint8Array(IMAGES * IMAGE_BYTES);
for (let i = 0; i < IMAGES; i++) {
  const image = PIXELS.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
  image.set([1 + Math.floor(i / 250), 1 + (i % 250), 0]);
  for (let known = 3; known < IMAGE_BYTES; known *= 2) image.copyWithin(known, 0, known);
}
const LABELS = Uint8Array.from({ length: IMAGES }, (_, i) => i % 10);

/** The coloured images; `asked` lists the starts of requests. */
function coloured(fails: (request: number) => boolean = () => false): ImageSource & { asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    spec: CIFAR10,
    block: SHARD_IMAGES,
    size: () => IMAGES,
    async images(_, start, count) {
      asked.push(start);
      if (fails(asked.length - 1)) throw new Error('offline');
      const pixels = PIXELS.slice(start * IMAGE_BYTES, (start + count) * IMAGE_BYTES);
      return { pixels, labels: LABELS.slice(start, start + count) };
    },
  };
}

async function take(count: number, options: BatchOptions, data: ImageSource = coloured()): Promise<TrainBatch[]> {
  const batches = trainBatches(data, options);
  const taken: TrainBatch[] = [];
  while (taken.length < count) taken.push((await batches.next()).value);
  return taken;
}

/** Equality to the last bit; quicker than toEqual on so many numbers. */
const same = (a: TrainBatch, b: TrainBatch): boolean =>
  Buffer.compare(Buffer.from(a.x.buffer), Buffer.from(b.x.buffer)) === 0 && Buffer.compare(a.y, b.y) === 0;

/** Red or green of byte b after normalisation to b. */
const LEVELS = [0, 1].map((channel) => {
  const levels = normalizeImages(
    Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
    CIFAR10,
  );
  return new Map(Array.from({ length: 256 }, (_, byte) => [levels[byte * 3 + channel], byte]));
});

/** Positions of a batch's images, from their middle pixel, where no padding reaches. */
const positions = ({ x, y }: TrainBatch): number[] =>
  Array.from(y, (_, i) => {
    const middle = i * IMAGE_BYTES + (16 * 32 + 16) * 3;
    return (LEVELS[0].get(x[middle])! - 1) * 250 + LEVELS[1].get(x[middle + 1])! - 1;
  });

/** Which of a batch's images show padding: a corner without red. */
const padded = ({ x, y }: TrainBatch): boolean[] =>
  Array.from(y, (_, i) =>
    [0, 31 * 32, 31, 32 * 32 - 1].some((pixel) => LEVELS[0].get(x[i * IMAGE_BYTES + pixel * 3]) === 0),
  );

describe('training batches', () => {
  it('hold every image once per epoch, in another order each epoch, with its label', async () => {
    const batches = await take(15, { batch: 400, seed: 7 });
    const order = batches.flatMap(positions);
    const epochs = [order.slice(0, IMAGES), order.slice(IMAGES)];
    const all = Array.from({ length: IMAGES }, (_, i) => i);
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(all);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual(all);
    expect(batches.flatMap(({ y }) => [...y])).toEqual(order.map((position) => position % 10));
  });

  it('are augmented, each image in its own way', async () => {
    const [first, second] = await take(2, { batch: 200, seed: 7 });
    // An image stays in place with probability 1/81.
    for (const batch of [first, second]) expect(padded(batch).filter(Boolean).length).toBeGreaterThan(170);
    const untouched = (batch: TrainBatch) => padded(batch).flatMap((shows, i) => (shows ? [] : [i]));
    expect(untouched(first)).not.toEqual(untouched(second));
  });

  it('take the shards in another order each epoch', async () => {
    const orders = (await take(24, { batch: 1000, seed: 7 })).map((batch) => Math.floor(positions(batch)[0] / 1000));
    const epochs = Array.from({ length: 8 }, (_, epoch) => orders.slice(3 * epoch, 3 * epoch + 3));
    for (const epoch of epochs) expect(epoch.toSorted()).toEqual([0, 1, 2]);
    // Chance alone would give one of the six orders eight times once in 280,000 seeds.
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
  });

  it('are the same for the same seed and others for another', async () => {
    const [a, b, c] = await Promise.all([7, 7, 8].map((seed) => take(3, { batch: 64, seed })));
    expect(a.every((batch, i) => same(batch, b[i]))).toBe(true);
    expect(a.some((batch, i) => same(batch, c[i]))).toBe(false);
  });

  it('go on at any step as if never interrupted, across shards and epochs', async () => {
    const batch = 270;
    const whole = await take(24, { batch, seed: 5 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 22 }), async (startStep) => {
        const resumed = await take(2, { batch, seed: 5, startStep });
        expect(resumed.every((next, i) => same(next, whole[startStep + i]))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('need one shard to start and ask for the next one meanwhile', async () => {
    const data = coloured();
    const batches = trainBatches(data, { batch: 500, seed: 1 });
    await batches.next();
    await batches.next();
    const [first, next, ...more] = data.asked;
    expect(more).toEqual([]);
    expect(next).not.toBe(first);
    await batches.next();
    expect(data.asked[2]).toBe(next);
  });

  it('survive a failure to load ahead, and tell of one that matters', async () => {
    const [options, count] = [{ batch: 500, seed: 1 }, 3];
    const survived = await take(
      count,
      options,
      coloured((request) => request === 1),
    );
    expect(survived.map(positions)).toEqual((await take(count, options)).map(positions));
    await expect(
      take(
        count,
        options,
        coloured((request) => request > 0),
      ),
    ).rejects.toThrow('offline');
  });

  it.each([{ batch: 0 }, { batch: 1.5 }, { batch: 8, startStep: -1 }])('refuse %o', async (options) => {
    await expect(take(1, { seed: 1, ...options })).rejects.toMatchObject({ code: 'bad-argument' });
  });
});
