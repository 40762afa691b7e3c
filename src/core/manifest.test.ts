// Every manifest of downloads with each of its fields damaged in every way: refused with the field's name.
import { describe, expect, it } from 'vitest';
import { checkManifest } from '../checkpoint/manifest';
import { checkDataManifest } from '../data/manifest';
import { PlaygroundError } from './errors';
import { replaced, spoilt } from './spoilt';
import { BASE, fakeServer, listed } from './testing';
import { fetchWasm } from './wasm-files';

const shard = listed('train-00.bin', Uint8Array.of(1, 2, 3, 4));
const split = { images: 1000, shards: [shard] };
const data = { version: 1, source: 'test', seed: 0, splits: { train: split, validation: split, test: split } };
const checkpoint = {
  version: 1,
  name: 'small',
  dtype: 'float16',
  tensors: [{ name: 'a', shape: [2, 1], shard: 0, offset: 0, length: 2 }],
  shards: [shard],
  provenance: { epochs: 1, torch: '2', curve: [1, 2] },
  accuracy: { validation: 0.5, test: 0, images: 1 },
};
const wasm = { version: 1, files: [shard] };

const OPEN = { open: ['provenance', 'accuracy'], unread: ['provenance.curve', 'provenance.curve[0]'] };
const CHECKS: [string, object, (value: unknown) => unknown, { open?: string[]; unread?: string[] }][] = [
  ['data', data, checkDataManifest, {}],
  ['checkpoint', checkpoint, checkManifest, OPEN],
];

describe.each(CHECKS)('the manifest of the %s', (_, whole, check, { open, unread }) => {
  it('is read, but for what nothing reads', () => {
    expect(whole).toMatchObject(check(whole) as object);
  });

  it.each(spoilt(whole, { open }).filter(({ field }) => !unread?.includes(field)))(
    'is refused, naming the field: $how',
    ({ value, field }) => {
      const error = (() => {
        try {
          return check(value);
        } catch (error) {
          return error;
        }
      })();
      expect(error).toBeInstanceOf(PlaygroundError);
      expect(error).toMatchObject({ code: 'bad-file', message: expect.stringContaining(`: ${field} is `) });
    },
  );
});

describe('a file list', () => {
  const BEYOND: [string, unknown][] = [
    ['file', '../x.bin'],
    ['file', 'x.exe'],
    ['file', ''],
    ['bytes', 0],
    ['bytes', 2 ** 26 + 1],
    ['bytes', 1.5],
    ['sha256', shard.sha256.toUpperCase()],
    ['sha256', shard.sha256.slice(1)],
  ];
  it.each(BEYOND)('is refused beyond what may be: %s %j', (field, value) => {
    expect(() => checkDataManifest(replaced(data, ['splits', 'test', 'shards', 0, field], value))).toThrow(
      `splits.test.shards[0].${field} is ${JSON.stringify(value).slice(0, 20)}`,
    );
  });
});

describe('the manifest of the .wasm files', () => {
  it.each(spoilt(wasm))('is refused, naming the field: $how', async ({ value, field }) => {
    // As JSON says it: undefined is missing there, NaN and infinities are null.
    const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
    await expect(
      fetchWasm(
        BASE,
        shard.file,
        fakeServer(() => json ?? 'null'),
      ),
    ).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(`${field} is `),
    });
  });
});
