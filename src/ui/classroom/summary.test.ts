import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE, type Recipe } from '../../recipe/recipe';
import type { ClassFile } from './class-file';
import { COLUMNS, distribution, goalsOf, rowsOf, sorted, type Column } from './summary';

const run = (name: string, change: Partial<Recipe>, qat?: number): ClassFile['runs'][number] => ({
  name,
  recipe: { ...DEFAULT_RECIPE, ...change },
  ...(qat === undefined ? {} : { figures: { fp32: 0.88, ptq: 0.1, qat, images: 100, bytes: 1000 } }),
});
const exercises = (first: boolean, second: boolean) => [
  { id: 'x', name: 'First', met: first },
  { id: 'y', name: 'Second', met: second },
];
const FILES: readonly ClassFile[] = [
  { name: 'b2.html', author: 'Ada', runs: [run('Run 1', { seed: 10 }, 0.871)], exercises: exercises(true, false) },
  {
    ...{ name: 'b10.html', author: '', exercises: exercises(true, true) },
    runs: [run('Run 1', { seed: 9, weightBits: 4 }, 0.86), run('Run 2', { seed: 2 })],
  },
  { name: 'report.json', author: '', runs: [run('', { seed: 1 }, 0.819)], exercises: [] },
];

describe('a class', () => {
  const rows = rowsOf(FILES);

  it('has a row for each run, which says whose it is and what that file met', () => {
    expect(rows.map(({ file, who, name, met, exercises }) => [file, who, name, met, exercises])).toEqual([
      ['b2.html', 'Ada', 'Run 1', 1, 2],
      ['b10.html', 'b10.html', 'Run 1', 2, 2],
      ['b10.html', 'b10.html', 'Run 2', 2, 2],
      ['report.json', 'report.json', '', 0, 0],
    ]);
  });

  it('is sorted as people count, what is missing last either way', () => {
    const order = (column: Column, descending: boolean) =>
      sorted(rows, column, descending).map(({ recipe }) => recipe.seed);
    expect(order('file', false)).toEqual([10, 9, 2, 1]);
    expect(order('seed', false)).toEqual([1, 2, 9, 10]);
    expect(order('qat', false)).toEqual([1, 9, 10, 2]);
    expect(order('qat', true)).toEqual([10, 9, 1, 2]);
    expect(order('met', true).at(-1)).toBe(1);
  });

  it('keeps every row, whatever it is sorted by', () => {
    const columns = Object.keys(COLUMNS) as Column[];
    fc.assert(
      fc.property(fc.constantFrom(...columns), fc.boolean(), (column, descending) => {
        expect(new Set(sorted(rows, column, descending))).toEqual(new Set(rows));
      }),
    );
  });

  it('has its accuracies in columns of two points, empty ones between them', () => {
    const bins = distribution(rows).map(({ from, rows }) => [Math.round(100 * from), rows.length]);
    expect(bins).toEqual([
      [80, 1],
      [82, 0],
      [84, 0],
      [86, 2],
    ]);
    expect(distribution(rows.filter(({ figures }) => !figures))).toEqual([]);
  });

  it('puts each accuracy where it lies, the edges in the column that they begin', () => {
    for (let hundredth = 0; hundredth <= 100; hundredth++) {
      const [bin, ...others] = distribution(rowsOf([{ ...FILES[0]!, runs: [run('', {}, hundredth / 100)] }]));
      expect(others).toEqual([]);
      expect(Math.round(bin!.from * 100)).toBe(hundredth - (hundredth % 2));
    }
  });

  it('has goals that were met by some, of those who have the exercise', () => {
    expect(goalsOf(FILES)).toEqual([
      { id: 'x', name: 'First', files: 2, met: ['Ada', 'b10.html'] },
      { id: 'y', name: 'Second', files: 2, met: ['b10.html'] },
    ]);
  });
});
