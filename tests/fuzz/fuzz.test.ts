// A sample of what `npm run fuzz` does: as many changed files of every kind as take some seconds, and every file that was
// once lost. A reader that never ends runs into the test's time limit.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fuzzer } from './fuzzer';
import { judge } from './judge';
import { TARGETS } from './targets';

const CASES = 500;
const FOUND = new URL('found/', import.meta.url);

describe.each(TARGETS)('$name', (target) => {
  it('files as they are, and none of them that cannot be read, is lost', () => {
    expect(target.seeds.length).toBeGreaterThan(0);
    expect(target.seeds.map((file) => judge(target, file))).toEqual(target.seeds.map(() => undefined));
  });

  it(`${CASES} changed files: none is lost`, () => {
    const { tried, lost } = new Fuzzer(target, 1).round(CASES);
    expect(tried).toBe(CASES);
    expect(lost.map(({ what, file }) => [what, Buffer.from(file).toString('base64').slice(0, 400)])).toEqual([]);
  });

  const folder = new URL(`${target.name}/`, FOUND);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  it.each(found)('what was lost once is not: %s', (name) => {
    expect(judge(target, new Uint8Array(readFileSync(new URL(name, folder))))).toBeUndefined();
  });
});

it('a reader that throws, hangs for a while or changes a prototype is lost', () => {
  const of = (read: () => void) => judge({ ...TARGETS[0], read }, new Uint8Array());
  expect(of(() => void new Uint8Array(-1))).toContain('RangeError');
  expect(
    of(() => {
      for (const end = performance.now() + 2100; performance.now() < end;);
    }),
  ).toMatch(/took \d+ ms/);
  const polluted = Object.prototype as { polluted?: boolean };
  expect(of(() => void (polluted.polluted = true))).toBe('changed a prototype');
  delete polluted.polluted;
});
