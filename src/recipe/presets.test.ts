import { describe, expect, it } from 'vitest';
import { presetOf, PRESETS } from './presets';
import { checkRecipe, DEFAULT_RECIPE } from './recipe';

describe('presets', () => {
  it.each(PRESETS)('$name is a recipe, and known again whatever the visitor has chosen besides', ({ name, fields }) => {
    const recipe = checkRecipe({ ...DEFAULT_RECIPE, seed: 7, batch: 16, images: 100, backend: 'wasm', ...fields });
    expect(recipe).toMatchObject({ seed: 7, batch: 16, images: 100, backend: 'wasm' });
    expect(presetOf(recipe)?.name).toBe(name);
    expect(presetOf({ ...recipe, steps: recipe.steps + 1 })).toBeUndefined();
  });

  it("take each other's place without a trace", () => {
    for (const from of PRESETS)
      for (const to of PRESETS) expect(presetOf({ ...DEFAULT_RECIPE, ...from.fields, ...to.fields })).toBe(to);
  });

  it('has the default recipe', () => expect(presetOf(DEFAULT_RECIPE)).toBe(PRESETS[0]));
});
