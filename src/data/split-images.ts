// A visitor's images parted into training, validation and test: always the same for the same labels. Not for holding images.
import { PlaygroundError } from '../core/errors';
import { permutation, Rng } from '../core/rng';
import type { Split } from './source';

const SEED = 20260;
/** Of each class, in validation and in test. */
const SHARE = 0.1;

/**
 * A tenth of each class for validation and a tenth for the test, at least one image each; a class of two images has one of
 * them in the test, a class of one trains. Images of a split stand in an order that mixes classes.
 * @returns indices into `labels`
 * @throws PlaygroundError 'bad-file' where no class has three images: nothing could be validated
 */
export function splitImages(labels: Uint8Array): Readonly<Record<Split, Uint32Array>> {
  const rng = new Rng(SEED);
  const byClass = new Map<number, number[]>();
  for (const i of permutation(labels.length, rng)) {
    const label = labels[i];
    if (!byClass.has(label)) byClass.set(label, []);
    byClass.get(label)!.push(i);
  }
  const parts: Record<Split, number[]> = { train: [], validation: [], test: [] };
  for (const label of [...byClass.keys()].sort((a, b) => a - b)) {
    const images = byClass.get(label)!;
    const tenth = Math.max(1, Math.round(SHARE * images.length));
    const test = images.length > 1 ? tenth : 0;
    const validation = images.length > 2 ? tenth : 0;
    parts.test.push(...images.slice(0, test));
    parts.validation.push(...images.slice(test, test + validation));
    parts.train.push(...images.slice(test + validation));
  }
  if (parts.validation.length === 0)
    throw new PlaygroundError(
      'bad-file',
      'No class has three images, so that none can be kept for validation and for the test.',
      'Give more images of each class.',
    );
  const mixed = (part: number[]) => Uint32Array.from(permutation(part.length, rng), (i) => part[i]);
  return { train: mixed(parts.train), validation: mixed(parts.validation), test: mixed(parts.test) };
}
