import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromQuery, toQuery } from '../../recipe/recipe-text';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { LANGUAGE_IDS } from '../words/words.svelte';
import { joinQueries, PARTS, PLAIN_VIEW, SIZES, THEMES, viewOf, viewQuery, type ViewChoices } from './view-query';

const anyView: fc.Arbitrary<ViewChoices> = fc.record({
  language: fc.constantFrom(...LANGUAGE_IDS),
  theme: fc.constantFrom(...THEMES),
  size: fc.constantFrom(...SIZES),
  hidden: fc.subarray([...PARTS]),
  keys: fc.boolean(),
  predict: fc.boolean(),
});

describe('how the page is shown', () => {
  it('comes back from its address, and leaves the recipe’s alone', () => {
    fc.assert(
      fc.property(anyView, fc.integer({ min: 2, max: 8 }), (view, weightBits) => {
        const recipe = { ...DEFAULT_RECIPE, weightBits };
        const query = joinQueries(toQuery(recipe), viewQuery(view));
        expect(viewOf(query)).toEqual(view);
        expect(fromQuery(query)).toEqual(recipe);
      }),
    );
  });

  it('passes over what there is not, and keeps what was chosen before', () => {
    expect(viewOf('?theme=pink&text=9&hide=strip,runs')).toEqual({ ...PLAIN_VIEW, hidden: ['runs'] });
    const before: ViewChoices = {
      language: 'zh',
      theme: 'dark',
      size: 125,
      hidden: ['steps'],
      keys: true,
      predict: true,
    };
    expect(viewOf('', before)).toEqual(before);
    expect(viewOf('?theme=light', before)).toEqual({ ...before, theme: 'light' });
  });

  it('says nothing where all is plain', () => {
    expect(viewQuery(PLAIN_VIEW)).toBe('');
    expect(joinQueries('', '')).toBe('');
    expect(joinQueries('?a=1', 'b=2')).toBe('?a=1&b=2');
  });
});
