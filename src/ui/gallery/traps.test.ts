import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freezeSchedule } from '../../project/freeze-schedule';
import { checkRecipe, DEFAULT_RECIPE } from '../../recipe/recipe';
import { english } from '../words/en';
import { chinese } from '../words/zh';
import { trapRecipe, type Figure } from './trap';
import { TRAPS } from './traps';

const docs = (file: string) => readFileSync(`docs/${file}`, 'utf8');

/** Rows of the tables under a heading of docs/quantization.md, each by its columns' names. */
function rowsUnder(section: string): { cells: string[]; columns: string[] }[] {
  const lines = docs('quantization.md').split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === section);
  if (start < 0) throw new Error(`There is no heading "${section}".`);
  const end = lines.findIndex((line, i) => i > start && /^#+ /.test(line));
  const split = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((text) => text.replaceAll('*', '').trim());
  let columns: string[] | undefined;
  return lines.slice(start, end < 0 ? undefined : end).flatMap((line) => {
    if (!line.startsWith('|')) columns = undefined;
    else if (!columns) columns = split(line);
    else if (!line.startsWith('| -')) return [{ cells: split(line), columns }];
    return [];
  });
}

/** What the docs say. */
function written({ at, value }: Figure): string | undefined {
  if ('words' in at) {
    expect(docs(at.file).replace(/\s+/g, ' ')).toContain(at.words);
    return at.words.split(/[\s,]+/).find((word) => word === value);
  }
  const { section, row, column } = at;
  const found = rowsUnder(section).filter(
    ({ cells, columns }) => columns.includes(column) && row.every((text, i) => cells[i] === text),
  );
  expect(found).toHaveLength(1);
  return found[0].cells[found[0].columns.indexOf(column)];
}

describe('traps', () => {
  it.each([english, chinese])('stand once each, with what is said of each and of its figures', ({ gallery }) => {
    expect(TRAPS.map(({ id }) => id)).toEqual(Object.keys(english.gallery.traps));
    for (const { id, figures } of TRAPS) expect(gallery.traps[id].figures).toHaveLength(figures.length);
  });

  it.each(TRAPS.flatMap(({ id, change }) => (change ? [{ id, change }] : [])))(
    '$id is a recipe that is not the default one, on the backend and images of the visitor',
    ({ change }) => {
      const own = { ...DEFAULT_RECIPE, backend: 'wasm', images: 100, seed: 9, steps: 5 } as const;
      const recipe = checkRecipe(trapRecipe(own, change));
      expect(recipe).toEqual({ ...DEFAULT_RECIPE, backend: 'wasm', images: 100, ...change });
      expect(recipe).not.toEqual({ ...DEFAULT_RECIPE, backend: 'wasm', images: 100 });
    },
  );

  it.each(
    TRAPS.flatMap(({ id, figures }) =>
      figures.map((figure, i) => ({ id, what: english.gallery.traps[id].figures[i], ...figure })),
    ),
  )('$id: $what, $value $unit, stands in the docs', (figure) => expect(written(figure)).toBe(figure.value));

  it('of tiny batches trains batch norm, which 8-bit activations would not', () => {
    const { change } = TRAPS.find(({ id }) => id === 'tiny-batches')!;
    expect(freezeSchedule({ ...DEFAULT_RECIPE, ...change }).freezeBnAt).toBeGreaterThan(0);
    expect(freezeSchedule({ activationBits: 8 }).freezeBnAt).toBe(0);
  });
});
