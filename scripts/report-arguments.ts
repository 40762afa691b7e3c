// The arguments of `npm run report` as a recipe. Not for running it: report.ts.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PlaygroundError } from '../src/core/errors';
import { DEFAULT_RECIPE, type Recipe } from '../src/recipe/recipe';
import { fromFile, NAMES, readChoices } from '../src/recipe/recipe-text';

const USAGE =
  'Usage: npm run report -- [--steps N] [--batch N] [--backend auto|webgpu|wasm] [--weight-bits B] ' +
  '[--activation-bits B] [--images N] [--lr RATE] [--schedule constant|step|cosine|one_cycle] [--seed N] [--qconfig fbgemm_qat|fbgemm_fused|fbgemm|lsq] ' +
  '[--reduce-range true|false] [--weight-scheme per_channel_symmetric|per_tensor_symmetric|per_channel_affine|per_tensor_affine] ' +
  '[--narrow-range true|false] [--power-of-two true|false] ' +
  '[--augmentation crops_and_flips|flips|none] [--optimizer sgd|adam] [--distillation SHARE] [--averaging DECAY] [--oscillations leave|damp|freeze] ' +
  '[--batch-norm fused|folded|apart] [--reestimate-batch-norm IMAGES] ' +
  '[--keep-eight none|edges|edges_and_sums] [--layer-bits LAYER=W/A,...] ' +
  '[--ranges histogram|minmax|mse|entropy|percentile] [--weight-ranges minmax|mse] ' +
  '[--rounding nearest|flipped|learned] [--begin-at weights|ptq] [--correct-bias true|false] [--equalize true|false] ' +
  '[--fuse-add-relu true|false] [--recipe FILE] [--json FILE] [--record FILE]';

const choices = Object.fromEntries(Object.values(NAMES).map((name) => [name, { type: 'string' }] as const));
const OPTIONS = {
  ...choices,
  recipe: { type: 'string' },
  json: { type: 'string' },
  record: { type: 'string' },
} as const;

/**
 * @returns the recipe of the file, or the default one, with the choices that were given; where the report's JSON and the
 * recorded run go
 * @throws Error that says what is wrong with the first argument that is, and the usage
 */
export function readArguments(args: readonly string[]): {
  recipe: Recipe;
  json: string | undefined;
  record: string | undefined;
} {
  try {
    const { json, record, recipe, ...given } = parseArgs({ args: [...args], options: OPTIONS }).values;
    const base = recipe === undefined ? DEFAULT_RECIPE : fromFile(readFileSync(recipe, 'utf8'));
    return { recipe: readChoices(Object.entries(given) as [string, string][], base), json, record };
  } catch (error) {
    const { message } = error as Error;
    const what = error instanceof PlaygroundError ? `${message} ${error.hint}` : message;
    throw new Error(`${what}\n${USAGE}`, { cause: error });
  }
}
