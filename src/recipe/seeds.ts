// Which runs differ in nothing but their seed: those whose figures tell how much chance there is in one. Not for the figures.
import { CHOICES, type Recipe } from './recipe';

/** Recipes of one group agree in this. */
const allButSeed = (recipe: Recipe): string =>
  JSON.stringify(CHOICES.filter((choice) => choice !== 'seed').map((choice) => recipe[choice]));

/**
 * Runs of two seeds and more that are otherwise chosen alike, in the order of their first ones; in a group by seed. Of those
 * with the same seed too, the last counts: they repeat each other.
 */
export function seedGroups<R extends { readonly recipe: Recipe }>(runs: readonly R[]): (readonly R[])[] {
  const groups = new Map<string, Map<number, R>>();
  for (const run of runs) {
    const key = allButSeed(run.recipe);
    const group = groups.get(key) ?? new Map<number, R>();
    groups.set(key, group.set(run.recipe.seed, run));
  }
  return [...groups.values()]
    .filter(({ size }) => size > 1)
    .map((group) => [...group.values()].sort((a, b) => a.recipe.seed - b.recipe.seed));
}
