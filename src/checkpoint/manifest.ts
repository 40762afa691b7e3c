// The checkpoint's manifest as reference/export.py writes it, and its check.
// Not for the weights: load.ts.
import type { ListedFile } from '../core/fetch-verified';
import { asFiles, asRecord, badManifest, demand, isWhole } from '../core/manifest';

/** A tensor in the one stream the shards are cut from. */
export interface TensorEntry {
  /** torchvision's state-dict name. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Index of the shard it starts in; it may run on into the next ones. */
  readonly shard: number;
  /** Byte at which it starts within that shard; even. */
  readonly offset: number;
  /** Number of values. */
  readonly length: number;
}

export interface CheckpointManifest {
  readonly version: 1;
  readonly name: string;
  readonly dtype: 'float16';
  readonly tensors: readonly TensorEntry[];
  readonly shards: readonly ListedFile[];
  /** How it was trained. */
  readonly provenance: { readonly epochs: number; readonly torch: string };
  /** Shares 0..1 as PyTorch measured them. */
  readonly accuracy: { readonly validation: number; readonly test: number; readonly images: number };
}

/** First byte of each shard in the stream, and the stream's length at the end. */
export function shardStarts(shards: readonly ListedFile[]): number[] {
  const starts = [0];
  for (const { bytes } of shards) starts.push(starts[starts.length - 1] + bytes);
  return starts;
}

/** @throws PlaygroundError 'bad-file' naming the first entry that is wrong */
export function checkManifest(value: unknown): CheckpointManifest {
  const manifest = asRecord(value, 'it');
  const { version, name, dtype, tensors } = manifest;
  demand(version === 1, `version ${String(version)} is not 1`);
  demand(typeof name === 'string', 'name is no text');
  demand(dtype === 'float16', `dtype ${String(dtype)} is not float16`);
  const shards = asFiles(manifest.shards, 'shards');
  const starts = shardStarts(shards);

  demand(Array.isArray(tensors) && tensors.length > 0, 'tensors is not a list');
  const names = new Set<string>();
  let previousEnd = 0;
  const entries = tensors.map((item: unknown, i): TensorEntry => {
    const { name, shape, shard, offset, length } = asRecord(item, `tensors[${i}]`);
    demand(typeof name === 'string' && name !== '', `tensors[${i}].name is no name`);
    demand(!names.has(name), `${name} is listed twice`);
    demand(Array.isArray(shape) && shape.every((d) => isWhole(d, 1)), `the shape of ${name} is no shape`);
    demand(length === shape.reduce((n, d) => n * d, 1), `the length of ${name} is not that of its shape`);
    demand(isWhole(shard, 0) && shard < shards.length, `${name} is in a shard that is not listed`);
    demand(isWhole(offset, 0) && offset < shards[shard].bytes, `${name} starts outside its shard`);
    const start = starts[shard] + offset;
    demand(start % 2 === 0, `${name} starts at an odd byte`);
    demand(start >= previousEnd, `${name} overlaps the tensor before it`);
    previousEnd = start + 2 * length;
    demand(previousEnd <= starts[shards.length], `${name} ends after the last shard`);
    names.add(name);
    return { name, shape, shard, offset, length };
  });
  return { version, name, dtype, shards, tensors: entries, ...about(manifest) };
}

function about(manifest: Record<string, unknown>): Pick<CheckpointManifest, 'provenance' | 'accuracy'> {
  const { epochs, torch } = asRecord(manifest.provenance, 'provenance');
  demand(isWhole(epochs, 0) && typeof torch === 'string', 'provenance lacks epochs or torch');
  const { validation, test, images } = asRecord(manifest.accuracy, 'accuracy');
  const share = (value: unknown, which: string): number => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw badManifest(`accuracy.${which} is not a share`);
  };
  demand(isWhole(images, 1), 'accuracy.images is no count');
  return {
    provenance: { epochs, torch },
    accuracy: { validation: share(validation, 'validation'), test: share(test, 'test'), images },
  };
}
