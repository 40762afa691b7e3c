import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { ImageSpec } from '../core/image-spec';
import { trainBatches } from './batches';
import { inMemory, packImages } from './own-images';
import { SPLITS } from './source';
import { splitImages } from './split-images';

const SPEC: ImageSpec = { h: 2, w: 1, c: 1, mean: [0], std: [1], classes: ['a', 'b', 'c'] };
/** Each image is told by its two bytes. */
const setOf = (labels: readonly number[]) => ({
  labels: Uint8Array.from(labels),
  pixels: Uint8Array.from({ length: 2 * labels.length }, (_, i) => (i % 2 === 0 ? i >> 1 : 7)),
});
const labelsOf = fc
  .array(fc.nat(2), { minLength: 1, maxLength: 120 })
  .filter((labels) => [0, 1, 2].some((label) => labels.filter((one) => one === label).length > 2));

it('parts every image once, the same each time, a tenth of each class and at least one', () => {
  fc.assert(
    fc.property(labelsOf, (given) => {
      const labels = Uint8Array.from(given);
      const parts = splitImages(labels);
      expect(splitImages(labels)).toEqual(parts);
      expect(SPLITS.flatMap((split) => [...parts[split]]).sort((a, b) => a - b)).toEqual([...labels.keys()]);
      for (const label of [0, 1, 2]) {
        const count = given.filter((one) => one === label).length;
        const [train, validation, test] = SPLITS.map(
          (split) => [...parts[split]].filter((i) => labels[i] === label).length,
        );
        const tenth = Math.max(1, Math.round(count / 10));
        expect(validation).toBe(count > 2 ? tenth : 0);
        expect(test).toBe(count > 1 ? tenth : 0);
        expect(train).toBeGreaterThan(count > 0 ? 0 : -1);
      }
    }),
  );
});

it('refuses a set of which nothing could be validated', () => {
  expect(() => splitImages(Uint8Array.of(0, 1, 0, 1))).toThrow(PlaygroundError);
});

it('gives each image of a split with its label, in one order, and none beyond', async () => {
  await fc.assert(
    fc.asyncProperty(labelsOf, async (given) => {
      const set = setOf(given);
      const parts = splitImages(set.labels);
      const counts = { train: parts.train.length, validation: parts.validation.length, test: parts.test.length };
      const source = inMemory(SPEC, counts, packImages(set, parts));
      for (const split of SPLITS) {
        const { pixels, labels } = await source.images(split, 0, source.size(split));
        expect([...labels]).toEqual([...parts[split]].map((i) => set.labels[i]));
        expect([...pixels].filter((_, i) => i % 2 === 0)).toEqual([...parts[split]]);
        await expect(source.images(split, 1, source.size(split))).rejects.toThrow(PlaygroundError);
      }
    }),
  );
});

it('is trained on: an epoch has each image once', async () => {
  const set = setOf(Array.from({ length: 30 }, (_, i) => i % 3));
  const parts = splitImages(set.labels);
  const counts = { train: parts.train.length, validation: parts.validation.length, test: parts.test.length };
  const source = inMemory(SPEC, counts, packImages(set, parts));
  const batches = trainBatches(source, { batch: counts.train / 2, seed: 1, augmentation: 'none' });
  const seen: number[] = [];
  for (let i = 0; i < 2; i++) {
    const { value } = await batches.next();
    seen.push(...[...value.x].filter((_, j) => j % 2 === 0).map((x) => Math.round(x * 255)));
  }
  expect(seen.sort((a, b) => a - b)).toEqual([...parts.train].sort((a, b) => a - b));
});
