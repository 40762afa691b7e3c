// What an entry of the gallery of what goes wrong holds besides its texts, and the recipe that it makes of a visitor's.
// Not for the entries: traps.ts; nor for what they say: words/.
import { DEFAULT_RECIPE, type Recipe } from '../../recipe/recipe';
import type { Words } from '../words/words.svelte';

/** A cell of a table in docs/quantization.md. */
interface Cell {
  /** The heading that it stands under. */
  readonly section: string;
  /** The first cells of its row; none where the table has but one. */
  readonly row: readonly string[];
  readonly column: string;
}

/** Words of a file in docs/, which hold the value. */
interface Quote {
  readonly file: string;
  readonly words: string;
}

/** A figure that was measured once, and where it is written down. */
export interface Figure {
  /** As it is written there. */
  readonly value: string;
  readonly unit: '%' | 'ms' | 'of 256 images';
  readonly at: Cell | Quote;
}

export interface Trap {
  readonly id: keyof Words['gallery']['traps'];
  /** What makes the trap of the default recipe; undefined where it cannot be chosen here. */
  readonly change?: Partial<Recipe>;
  /** In the order of their names in words/. */
  readonly figures: readonly Figure[];
}

/** The default recipe with one thing wrong; the visitor's backend and number of test images stay. */
export const trapRecipe = ({ backend, images }: Recipe, change: Partial<Recipe>): Recipe => ({
  ...DEFAULT_RECIPE,
  ...{ backend, images },
  ...change,
});
