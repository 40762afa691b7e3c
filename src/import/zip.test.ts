// Archives as fflate writes them, and the same with one thing wrong. Not for Python's own, with zip64: tests/golden/files.test.ts.
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { readZip } from './zip';

const TEXT = new TextEncoder().encode('as often as not, '.repeat(5000));
const RAW = Uint8Array.from({ length: 300 }, (_, i) => (i * i) & 255);
const archive = (level: 0 | 9 = 9) =>
  zipSync({ 'a/text.txt': [TEXT, { level }], raw: [RAW, { level }], 'a/empty': new Uint8Array() });
const readAll = (file: Uint8Array) => [...readZip(file).values()].map((entry) => [entry.name, entry.read()]);

it.each([0, 9] as const)('packed at level %d', (level) => {
  expect(readAll(archive(level))).toEqual([
    ['a/text.txt', TEXT],
    ['raw', RAW],
    ['a/empty', new Uint8Array()],
  ]);
});

it('a comment may follow, and names are names, wherever they point', () => {
  const file = zipSync({ '../../etc/passwd': RAW });
  const commented = new Uint8Array(file.length + 5);
  commented.set(file);
  new DataView(commented.buffer).setUint16(file.length - 2, 5, true);
  expect([...readZip(commented).keys()]).toEqual(['../../etc/passwd']);
});

/** The archive with a number of its directory's first entry, or of its end, changed. */
function with32(value: number, offset: number, of: 'entry' | 'end' = 'entry', file = archive()): Uint8Array {
  const view = new DataView(file.buffer);
  const end = file.length - 22;
  view.setUint32((of === 'end' ? end : view.getUint32(end + 16, true)) + offset, value, true);
  return file;
}
it.each<[string, () => Uint8Array]>([
  ['it has no directory at its end', () => archive().subarray(0, 500)],
  ['it has no directory at its end', () => new Uint8Array(0)],
  ['the sizes of "a/text.txt" are wrong', () => with32(0x0fffffff, 24)],
  ['"a/text.txt" is larger than it says', () => with32(TEXT.length - 1, 24)],
  ['"a/text.txt" is smaller than it says', () => with32(TEXT.length + 1, 24)],
  ['"a/text.txt" is damaged', () => with32(1, 16)],
  ['"a/text.txt" is not where its directory says', () => with32(3, 42)],
  ['it ends early', () => with32(0x7fffffff, 16, 'end')],
  ['its zip64 directory is missing', () => with32(0xffffffff, 16, 'end')],
])('%s', (why, make) => {
  expect(() => readAll(make())).toThrow(`This file cannot be read as a zip archive: ${why}.`);
});
