// docs/reliability.md names tests: each of them is there. Not for whether they pass: npm run faults.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/reliability.md', 'utf8');
const specs = ['browser', 'e2e', 'faults'].flatMap((folder) =>
  readdirSync(`tests/${folder}`)
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => readFileSync(`tests/${folder}/${file}`, 'utf8')),
);
const rows = page.split('\n').filter((line) => /^\| (?!fault|-)/.test(line));
/** What stands last in a row: files, and names of tests or the fixed part of one. */
const named = rows.flatMap((row) => [
  ...row
    .split('|')
    .at(-2)!
    .matchAll(/`([^`]+)`|"([^"]+)"/g),
]);

it.each(rows.map((row) => [row.split('|')[1].trim(), row]))('%s: has a test', (_, row) => {
  expect(row.split('|').at(-2)).toMatch(/`tests\/|"/);
});

it.each(named.map(([, file, title]) => [file ?? title, file]))('%s is there', (name, file) => {
  if (file) expect(existsSync(file)).toBe(true);
  else expect(specs.some((text) => text.includes(name))).toBe(true);
});
