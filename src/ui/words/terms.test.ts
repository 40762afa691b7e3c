// Links of texts to terms of the glossary, which no type checks: that each term is there. Not for what is drawn of them:
// tests/browser/glossary.spec.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { english } from './en';

it.each(['en', 'zh'])('every term that a text links to is in the glossary: %s', (language) => {
  const folder = new URL(`./${language}/`, import.meta.url);
  const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const linked = texts.flatMap((text) => [...text.matchAll(/\(#term-([^)]+)\)/g)].map(([, id]) => id));
  expect(linked.length).toBeGreaterThan(0);
  expect(Object.keys(english.glossary.terms)).toEqual(expect.arrayContaining(linked));
});
