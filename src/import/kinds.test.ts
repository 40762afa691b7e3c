import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { ModelBuilder } from '../engine/testing/models';
import { Rng } from '../core/rng';
import { serializeInt8Model } from '../int8/serialize';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { toFile } from '../recipe/recipe-text';
import { kindOf, KIND_BYTES } from './kinds';

const { good, bad } = (
  JSON.parse(readFileSync(new URL('../../tests/golden/fixtures/files.json', import.meta.url), 'utf8')) as {
    values: Record<'good' | 'bad', Readonly<Record<string, string>>>;
  }
).values;
const headOf = (file: Uint8Array) => file.subarray(0, KIND_BYTES);
const text = (text: string) => new TextEncoder().encode(text);
const integers = () => {
  const model = new ModelBuilder(new Rng(1));
  model.conv(model.tensor(6, 6, 3, 40), 4, 3, 1, 1);
  return serializeInt8Model(model.build('one'));
};

it.each(Object.entries(good))('knows what wrote %s', (name, base64) => {
  const kind = kindOf(headOf(new Uint8Array(Buffer.from(base64, 'base64'))));
  expect(kind).toBe(name.endsWith('.pt') ? 'zip' : 'safetensors');
});

it.each([
  ['an integer network', integers(), 'integers'],
  ['a zip archive', zipSync({ 'a.txt': text('a') }), 'zip'],
  ['what torch.save wrote before PyTorch 1.6', new Uint8Array(Buffer.from(bad['legacy.pt'], 'base64')), 'pickle'],
  ['a recipe', text(toFile(DEFAULT_RECIPE)), 'text'],
  ['a page', text('\ufeff<!doctype html>'), 'text'],
  ['a picture', text('GIF89a'), 'picture'],
  ['a short file', text('{}'), 'text'],
  ['nothing', new Uint8Array(0), 'unknown'],
  // Its length begins with the code of '{'.
  ['safetensors of a header of 123 bytes', Uint8Array.of(0x7b, 0, 0, 0, 0, 0, 0, 0, 0x7b), 'safetensors'],
] as const)('knows %s', (_, file, kind) => {
  expect(kindOf(headOf(file))).toBe(kind);
});
