// The checkpoint's manifest as reference/export.py writes it, and its check.
// Not for the weights: load.ts.
import * as v from 'valibot';
import { demand, FilesSchema, parseManifest, type ListedFile } from '../core/manifest';
import { exactly, list, object, openObject, real, text, whole } from '../core/schema';

/** A tensor in the one stream the shards are cut from. */
const TensorSchema = object({
  /** torchvision's state-dict name. */
  name: v.pipe(text, v.nonEmpty('a name')),
  shape: list(whole(1)),
  /** Index of the shard it starts in; it may run on into the next ones. */
  shard: whole(0),
  /** Byte at which it starts within that shard; even. */
  offset: whole(0),
  /** Number of values. */
  length: whole(1),
});

const CheckpointManifestSchema = object({
  version: exactly(1),
  name: text,
  dtype: v.literal('float16', '"float16"'),
  tensors: list(TensorSchema),
  shards: FilesSchema,
  /** How it was trained; more is noted there. */
  provenance: openObject({ epochs: whole(0), torch: text }),
  /** Shares as PyTorch measured them; how is noted there. */
  accuracy: openObject({ validation: real(0, 1), test: real(0, 1), images: whole(1) }),
});
export type CheckpointManifest = v.InferOutput<typeof CheckpointManifestSchema>;

/** First byte of each shard in the stream, and the stream's length at the end. */
export function shardStarts(shards: readonly ListedFile[]): number[] {
  const starts = [0];
  for (const { bytes } of shards) starts.push(starts[starts.length - 1] + bytes);
  return starts;
}

/** @throws PlaygroundError 'bad-file' naming the first entry that is wrong */
export function checkManifest(value: unknown): CheckpointManifest {
  const manifest = parseManifest(CheckpointManifestSchema, value);
  const { tensors, shards } = manifest;
  const starts = shardStarts(shards);
  const names = new Set<string>();
  let previousEnd = 0;
  for (const { name, shape, shard, offset, length } of tensors) {
    demand(!names.has(name), `${name} is listed twice`);
    demand(length === shape.reduce((n, d) => n * d, 1), `the length of ${name} is not that of its shape`);
    demand(shard < shards.length, `${name} is in a shard that is not listed`);
    demand(offset < shards[shard].bytes, `${name} starts outside its shard`);
    const start = starts[shard] + offset;
    demand(start % 2 === 0, `${name} starts at an odd byte`);
    demand(start >= previousEnd, `${name} overlaps the tensor before it`);
    previousEnd = start + 2 * length;
    demand(previousEnd <= starts[shards.length], `${name} ends after the last shard`);
    names.add(name);
  }
  return manifest;
}
