import { expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { toFile } from '../../recipe/recipe-text';
import { recipesOf } from './recipes-of';

const noPage = () => undefined;
const RECIPE = { ...DEFAULT_RECIPE, weightBits: 4, steps: 77 };
const REPORT = {
  ...{ fp32: { accuracy: 0.88 }, ptq: { accuracy: 0.7 }, qat: { int8: { accuracy: 0.86 } }, size: { int8_bytes: 4 } },
  ...{ images: 10, options: RECIPE },
};
const LAB = {
  ...{ author: 'A', exercises: [] },
  runs: [
    { name: 'one', recipe: DEFAULT_RECIPE },
    { name: 'two', recipe: DEFAULT_RECIPE, report: REPORT },
  ],
};

it('reads a recipe as the page saves it', () => {
  expect(recipesOf('recipe.json', toFile(RECIPE), noPage)).toEqual([{ name: '', recipe: RECIPE }]);
});

it('takes the recipe of a report, and those of all runs of a lab report, with the figures where there are any', () => {
  expect(recipesOf('report.json', JSON.stringify(REPORT), noPage)).toEqual([{ name: '', recipe: RECIPE }]);
  const runs = [
    { name: 'one', recipe: DEFAULT_RECIPE },
    { name: 'two', recipe: RECIPE },
  ];
  expect(recipesOf('lab.json', JSON.stringify(LAB), noPage)).toEqual(runs);
  expect(recipesOf('lab.html', '<html>', () => JSON.stringify(LAB))).toEqual(runs);
});

it('names the field that is wrong, and takes nothing of the file', () => {
  const recipe = { ...RECIPE, weightBits: 40 };
  expect(() => recipesOf('a.json', JSON.stringify(recipe), noPage)).toThrow(/weightBits is 40/);
  expect(() => recipesOf('a.json', JSON.stringify({ ...REPORT, options: recipe }), noPage)).toThrow(/weightBits is 40/);
  expect(() => recipesOf('a.json', '{"steps": ', noPage)).toThrow(/no JSON/);
  expect(() => recipesOf('a.html', '<p>Roses are red.</p>', noPage)).toThrow(/no report/);
});
