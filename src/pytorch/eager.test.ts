import { describe, expect, it } from 'vitest';
import type { Preset } from '../recipe/presets';
import { DEFAULT_RECIPE, type Choice, type Recipe } from '../recipe/recipe';
import { eagerScript } from './eager';
import { expectSaid, OTHER_RECIPES, preset, SITE } from './testing';

const scriptOf = (choices: Partial<Recipe> = {}) => eagerScript({ ...DEFAULT_RECIPE, ...choices }, SITE);
const leftOut = (choices: Partial<Recipe>): Choice[] => scriptOf(choices).leftOut.map(({ choice }) => choice);

describe('the script in eager mode', () => {
  it('of the default recipe', () => expect(scriptOf().text).toMatchFileSnapshot('./golden/default.eager.py'));

  it('of learned scales', () =>
    expect(scriptOf(preset('learned_w4a4')).text).toMatchFileSnapshot('./golden/w4a4-learned.eager.py'));

  it.each(OTHER_RECIPES)('does $choice=$value or says that it does not', ({ choice, recipe }) =>
    expectSaid(choice, eagerScript(recipe, SITE), scriptOf()),
  );

  it.each<[Preset['id'], Choice[]]>([
    ['as_opened', []],
    ['article', []],
    ['qat', []],
    ['qat_without_fusion', []],
    ['qat_fused_kernel', []],
    ['per_tensor_minmax', []],
    ['learned_w4a8', ['ranges']],
    ['learned_w3a3', ['activationBits', 'ranges', 'rounding', 'beginAt']],
  ])('of "%s" leaves out %j', (id, choices) => expect(leftOut(preset(id))).toEqual(choices));

  it('gives single layers their own qconfigs, those that share one together', () => {
    const { text } = scriptOf({ keepEight: 'edges', layerBits: 'layer1.0.conv1=8/8' });
    expect(text).toContain('    (["conv1", "layer1.0.conv1", "fc"], QConfig(\n        activation=FakeQuantize');
  });

  it('says from which version on eager mode is deprecated, and which it was run on', () => {
    expect(scriptOf().text.replaceAll('\n# ', ' ')).toMatch(
      /deprecated: PyTorch warns of it from 2\.8 on\..*runs on 2\.13\.0/,
    );
  });
});
