import { describe, expect, it } from 'vitest';
import { LEARNED_WIDTHS, learnedAt, presetOf, PRESETS } from './presets';
import { checkRecipe, DEFAULT_RECIPE } from './recipe';

describe('presets', () => {
  it.each(PRESETS)('$id is a recipe, and known again whatever the visitor has chosen besides', ({ id, fields }) => {
    const recipe = checkRecipe({ ...DEFAULT_RECIPE, seed: 7, batch: 16, images: 100, backend: 'wasm', ...fields });
    expect(recipe).toMatchObject({ seed: 7, batch: 16, images: 100, backend: 'wasm' });
    expect(presetOf(recipe)?.id).toBe(id);
    expect(presetOf({ ...recipe, steps: recipe.steps + 1 })).toBeUndefined();
  });

  it("take each other's place without a trace", () => {
    for (const from of PRESETS)
      for (const to of PRESETS) expect(presetOf({ ...DEFAULT_RECIPE, ...from.fields, ...to.fields })).toBe(to);
  });

  it('heal where a training was measured, and elsewhere as at the next lower widths', () => {
    const stepsAt = (weightBits: number, activationBits: number) => learnedAt({ weightBits, activationBits }).steps;
    for (const { fields } of LEARNED_WIDTHS) expect(learnedAt(fields)).toEqual(fields);
    expect(stepsAt(7, 8)).toBe(stepsAt(4, 8));
    expect(stepsAt(5, 6)).toBe(stepsAt(4, 4));
    expect(stepsAt(3, 8)).toBe(stepsAt(2, 8));
    expect(stepsAt(8, 2)).toBe(stepsAt(2, 2));
    for (let weightBits = 2; weightBits <= 8; weightBits++)
      for (let activationBits = 2; activationBits <= 8; activationBits++)
        expect(checkRecipe({ ...DEFAULT_RECIPE, ...learnedAt({ weightBits, activationBits }) })).toMatchObject({
          weightBits,
          activationBits,
        });
  });

  it('has the default recipe', () => expect(presetOf(DEFAULT_RECIPE)).toBe(PRESETS[0]));
});
