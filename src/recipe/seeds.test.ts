import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHOICES, DEFAULT_RECIPE, type Recipe } from './recipe';
import { seedGroups } from './seeds';

const run = (name: string, change: Partial<Recipe>, files = '') => ({
  ...{ name, files },
  recipe: { ...DEFAULT_RECIPE, ...change },
});
const names = (groups: ReturnType<typeof seedGroups<ReturnType<typeof run>>>) =>
  groups.map((group) => group.map(({ name }) => name));

describe('runs that differ only in their seed', () => {
  it('are found among others, by seed, in the order of their first ones', () => {
    const runs = [
      ...[run('a7', { seed: 7 }), run('b1', { weightBits: 4, seed: 1 }), run('a2', { seed: 2 })],
      ...[run('b0', { weightBits: 4, seed: 0 }), run('c', { steps: 9 }), run('a10', { seed: 10 })],
    ];
    expect(names(seedGroups(runs))).toEqual([
      ['a2', 'a7', 'a10'],
      ['b0', 'b1'],
    ]);
  });

  it('are none where one seed was run twice, and the last where another one stands beside it', () => {
    const runs = [run('first', { seed: 3 }), run('last', { seed: 3 })];
    expect(seedGroups(runs)).toEqual([]);
    expect(names(seedGroups([...runs, run('other', { seed: 4 })]))).toEqual([['last', 'other']]);
  });

  it('agree in every other choice', () => {
    for (const choice of CHOICES.filter((choice) => choice !== 'seed')) {
      const value = DEFAULT_RECIPE[choice];
      const other = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}!`;
      expect(seedGroups([run('one', { seed: 0 }), run('two', { seed: 1, [choice]: other })])).toEqual([]);
    }
  });

  it('are of the same files', () => {
    const runs = [run('page 0', { seed: 0 }), run('own 1', { seed: 1 }, 'n1'), run('own 2', { seed: 2 }, 'n1')];
    expect(names(seedGroups(runs))).toEqual([['own 1', 'own 2']]);
  });

  it('hold each run once, whatever runs there are', () => {
    const anyRun = fc
      .record({ seed: fc.nat(4), steps: fc.integer({ min: 1, max: 3 }) })
      .map((change) => run(JSON.stringify(change), change));
    fc.assert(
      fc.property(fc.array(anyRun), (runs) => {
        for (const group of seedGroups(runs)) {
          expect(group.length).toBeGreaterThan(1);
          expect(new Set(group.map(({ recipe }) => recipe.steps)).size).toBe(1);
          const seeds = group.map(({ recipe }) => recipe.seed);
          expect(seeds).toEqual([...new Set(seeds)].sort((a, b) => a - b));
        }
      }),
    );
  });
});
