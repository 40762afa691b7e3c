// The recipes in a file of text: a recipe's own, a report's, or those of a lab report's runs. Not for figures in it: a class
// file has them.
import { PlaygroundError } from '../../core/errors';
import type { Recipe } from '../../recipe/recipe';
import { fromFile } from '../../recipe/recipe-text';
import { readClassFile } from '../classroom/class-file';

export interface GivenRecipe {
  /** Of the run in a lab report; empty elsewhere. */
  readonly name: string;
  readonly recipe: Recipe;
}

/** What a report has and a recipe has not. */
const REPORT = /"(?:options|exercises)"\s*:/;

/** @param jsonIn as readClassFile's @throws PlaygroundError 'bad-file' naming the field that is wrong */
export function recipesOf(
  name: string,
  text: string,
  jsonIn: (html: string) => string | undefined,
): readonly GivenRecipe[] {
  if (text.trimStart().startsWith('{') && !REPORT.test(text)) return [{ name: '', recipe: fromFile(text) }];
  const { runs } = readClassFile(name, text, jsonIn);
  if (runs.length > MOST_RUNS)
    throw new PlaygroundError('bad-file', `It has ${runs.length} runs.`, `Give a report of at most ${MOST_RUNS}.`);
  return runs.map(({ name, recipe }) => ({ name, recipe }));
}

const MOST_RUNS = 20;
