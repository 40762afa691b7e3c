import { describe, expect, it } from 'vitest';
import type { Preset } from '../recipe/presets';
import { DEFAULT_RECIPE, type Choice, type Recipe } from '../recipe/recipe';
import { expectSaid, OTHER_RECIPES, preset, SITE } from './testing';
import { torchaoScript } from './torchao';

const scriptOf = (choices: Partial<Recipe> = {}) => torchaoScript({ ...DEFAULT_RECIPE, ...choices }, SITE);
const leftOut = (choices: Partial<Recipe>): Choice[] => scriptOf(choices).leftOut.map(({ choice }) => choice);

describe('the script for torchao', () => {
  it('of the default recipe', () => expect(scriptOf().text).toMatchFileSnapshot('./golden/default.torchao.py'));

  it.each(OTHER_RECIPES)('does $choice=$value or says that it does not', ({ choice, recipe }) =>
    expectSaid(choice, torchaoScript(recipe, SITE), scriptOf()),
  );

  it.each<[Preset['id'], Choice[]]>([
    ['as_opened', []],
    ['article', ['fuseAddRelu']],
    ['qat', []],
    ['qat_qnnpack', ['weightScheme']],
    ['qat_fused_kernel', []],
    ['learned_w4a8', ['qconfig', 'keepEight', 'ranges', 'batchNorm']],
  ])('of "%s" leaves out %j', (id, choices) => expect(leftOut(preset(id))).toEqual(choices));
});
