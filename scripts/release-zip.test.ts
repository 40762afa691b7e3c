import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { sha256, SUMS, zipWithSums } from './release-zip';

const bytes = (text: string) => new TextEncoder().encode(text);
const FILES: [string, Uint8Array][] = [
  ['site/index.html', bytes('<!doctype html>'.repeat(50))],
  ['site/data/a.bin', Uint8Array.from({ length: 300 }, (_, index) => index % 7)],
  ['LICENSE', bytes('MIT')],
];

it('holds the files, and their sums as sha256sum checks them', () => {
  const zip = unzipSync(zipWithSums(new Map(FILES)));
  const { [SUMS]: sums, ...files } = zip;
  expect(files).toEqual(Object.fromEntries(FILES));
  const lines = new TextDecoder().decode(sums).trimEnd().split('\n');
  expect(lines).toEqual(
    ['LICENSE', 'site/data/a.bin', 'site/index.html'].map((path) => `${sha256(files[path]!)}  ${path}`),
  );
  // Of the three letters 'MIT', as sha256sum has it.
  expect(lines[0]).toMatch(/^e5dcffe836b6ec8a58e492419b550e65fb8cbdc308503979e5dacb33ac7ea3b7 {2}LICENSE$/);
});

it('is the same for the same files, in whatever order they come', () => {
  const zip = zipWithSums(new Map(FILES));
  expect(zipWithSums(new Map([...FILES].reverse()))).toEqual(zip);
});
