// Which runs differ in nothing but their seed: those whose figures tell how much chance there is in one. Not for the figures.
import { CHOICES, type Recipe } from './recipe';

interface Seeded {
  readonly recipe: Recipe;
  /** Tells what it was made of from what others were. */
  readonly files: string;
}

/** Runs of one group agree in this. */
const allButSeed = ({ recipe, files }: Seeded): string =>
  JSON.stringify([files, ...CHOICES.filter((choice) => choice !== 'seed').map((choice) => recipe[choice])]);

/**
 * Runs of two seeds and more, of the same files and otherwise chosen alike, in the order of their first ones; in a group by seed. Of those
 * with the same seed too, the last counts: they repeat each other.
 */
export function seedGroups<R extends Seeded>(runs: readonly R[]): (readonly R[])[] {
  const groups = new Map<string, Map<number, R>>();
  for (const run of runs) {
    const key = allButSeed(run);
    const group = groups.get(key) ?? new Map<number, R>();
    groups.set(key, group.set(run.recipe.seed, run));
  }
  return [...groups.values()]
    .filter(({ size }) => size > 1)
    .map((group) => [...group.values()].sort((a, b) => a.recipe.seed - b.recipe.seed));
}
