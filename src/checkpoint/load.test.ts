import { describe, expect, it } from 'vitest';
import { loadCheckpoint as readWithNode } from '../../tests/golden/network';
import type { DownloadProgress } from '../core/fetch-verified';
import { BASE, fakeCache, fakeServer, folderServer, htmlPage, listed } from '../core/testing';
import { loadCheckpoint } from './load';

describe('the committed checkpoint', () => {
  const { fetch } = folderServer(new URL('../../public/checkpoint/', import.meta.url));

  it('loads to the values the golden tests use, with progress in bytes', async () => {
    const seen: DownloadProgress[] = [];
    const loaded = await loadCheckpoint(BASE, { fetch, onProgress: (progress) => seen.push(progress) });
    const { params } = readWithNode();
    expect([...loaded.params.keys()]).toEqual([...params.keys()]);
    for (const [name, { shape, data }] of params) {
      expect(loaded.params.get(name)!.shape).toEqual(shape);
      expect(Buffer.compare(Buffer.from(loaded.params.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
    }
    expect(seen.at(-1)).toEqual({ what: 'bytes', done: loaded.bytes, total: loaded.bytes });
    expect(loaded.manifest.accuracy.images).toBe(10_000);
    expect(loaded.fromCache).toBe(false);
  });

  it('comes from the cache the second time', async () => {
    const cache = fakeCache();
    await loadCheckpoint(BASE, { fetch, cache });
    expect((await loadCheckpoint(BASE, { fetch, cache })).fromCache).toBe(true);
  });
});

describe('a small checkpoint', () => {
  // The halves 1, 2, 3, -1 | 0.5, 2 ** -24 in shards of 6 bytes: the first tensor runs on into the second shard.
  const stream = new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x4200, 0xbc00, 0x3800, 0x0001).buffer);
  const shards = new Map([0, 1].map((i) => [`shard-${i}.bin`, stream.slice(6 * i, 6 * i + 6)]));
  const manifest = () => ({
    version: 1,
    name: 'small',
    dtype: 'float16',
    tensors: [
      { name: 'a', shape: [2, 2], shard: 0, offset: 0, length: 4 },
      { name: 'b', shape: [2], shard: 1, offset: 2, length: 2 },
    ],
    shards: Array.from(shards, ([file, bytes]) => listed(file, bytes)),
    provenance: { epochs: 1, torch: '2' },
    accuracy: { validation: 0.5, test: 0.5, images: 10 },
  });
  type Manifest = ReturnType<typeof manifest>;
  const serve = (value: unknown, files: (file: string) => Uint8Array | undefined = (file) => shards.get(file)) =>
    fakeServer((file) => (file === 'manifest.json' ? JSON.stringify(value) : files(file)));

  it('has tensors that run across shards', async () => {
    const { params, bytes } = await loadCheckpoint(BASE, serve(manifest()));
    expect(params).toEqual(
      new Map([
        ['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, -1) }],
        ['b', { shape: [2], data: Float32Array.of(0.5, 2 ** -24) }],
      ]),
    );
    expect(bytes).toBe(12);
  });

  it.each<[string, (manifest: Manifest) => void]>([
    ['version', (m) => (m.version = 2)],
    ['dtype', (m) => (m.dtype = 'float32')],
    ['tensors', (m) => (m.tensors = [])],
    ['a is listed twice', (m) => (m.tensors[1].name = 'a')],
    ['tensors[0].name', (m) => (m.tensors[0].name = '')],
    ['tensors[0].shape[0]', (m) => (m.tensors[0].shape = [-2, -2])],
    ['length of a', (m) => (m.tensors[0].length = 5)],
    ['b is in a shard that is not listed', (m) => (m.tensors[1].shard = 2)],
    ['b starts outside its shard', (m) => (m.tensors[1].offset = 6)],
    ['b starts at an odd byte', (m) => (m.tensors[1].offset = 3)],
    ['b overlaps', (m) => (m.tensors[1].offset = 0)],
    ['b ends after the last shard', (m) => (m.tensors[1].offset = 4)],
    ['shards[1].sha256', (m) => (m.shards[1] = { ...m.shards[1], sha256: '' })],
    ['provenance', (m) => (m.provenance.epochs = -1)],
    ['accuracy.test', (m) => (m.accuracy.test = 87)],
    ['accuracy.images', (m) => (m.accuracy.images = 0)],
  ])('with a bad entry is refused: %s', async (where, damage) => {
    const value = manifest();
    damage(value);
    const server = serve(value);
    await expect(loadCheckpoint(BASE, server)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(where),
    });
    expect(server.asked).toEqual(['manifest.json']);
  });

  it('gets a damaged shard again', async () => {
    let damaged = true;
    const server = serve(manifest(), (file) => {
      if (file !== 'shard-1.bin' || !damaged) return shards.get(file);
      damaged = false;
      return new Uint8Array(6);
    });
    expect((await loadCheckpoint(BASE, server)).params.get('b')!.data[0]).toBe(0.5);
    expect(server.asked.toSorted()).toEqual(['manifest.json', 'shard-0.bin', 'shard-1.bin', 'shard-1.bin']);
  });

  it('that lacks a shard ends what else is under way: no request and no progress after its error', async () => {
    let goOn!: (failure: Error) => void;
    const slow = new Promise<never>((_, reject) => (goOn = reject));
    const server = serve(manifest(), (file) => (file === 'shard-1.bin' ? undefined : shards.get(file)));
    let aborted = false;
    const seen: DownloadProgress[] = [];
    const loading = loadCheckpoint(BASE, {
      onProgress: (progress) => seen.push(progress),
      fetch: (url, init) => {
        const answer = server.fetch(url as string, init);
        if (!String(url).endsWith('shard-0.bin')) return answer;
        init!.signal!.addEventListener('abort', () => (aborted = true));
        return answer.then(() => slow);
      },
    });
    await expect(loading).rejects.toMatchObject({ code: 'network' });
    expect(aborted).toBe(true);
    const [requests, events] = [server.asked.length, seen.length];
    goOn(new TypeError('Failed to fetch'));
    // Longer than until the first repetition.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([server.asked.length, seen.length]).toEqual([requests, events]);
  });

  it('says which file is missing, and that a web page is no manifest', async () => {
    const missing = serve(manifest(), (file) => (file === 'shard-1.bin' ? undefined : shards.get(file)));
    await expect(loadCheckpoint(BASE, missing)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('shard-1.bin'),
    });
    await expect(loadCheckpoint(BASE, fakeServer(htmlPage))).rejects.toMatchObject({ code: 'bad-file' });
  });
});
