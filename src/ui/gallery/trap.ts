// What an entry of the gallery of what goes wrong holds, and the recipe that it makes of a visitor's.
// Not for the entries: traps.ts.
import { DEFAULT_RECIPE, type Recipe } from '../../recipe/recipe';

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
  readonly what: string;
  /** As it is written there. */
  readonly value: string;
  readonly unit: '%' | 'ms' | 'of 256 images';
  readonly at: Cell | Quote;
}

export interface Trap {
  readonly id: string;
  readonly name: string;
  /** How it comes about, and what breaks. */
  readonly mechanism: string;
  readonly cure: string;
  /** What makes the trap of the default recipe; undefined where it cannot be chosen here. */
  readonly change?: Partial<Recipe>;
  /** What is to be seen of a run of it, or why it cannot be chosen. */
  readonly here: string;
  readonly figures: readonly Figure[];
  /** Of the figures: images, seed and place, or that there are none. */
  readonly recorded: string;
}

/** The default recipe with one thing wrong; the visitor's backend and number of test images stay. */
export const trapRecipe = ({ backend, images }: Recipe, change: Partial<Recipe>): Recipe => ({
  ...DEFAULT_RECIPE,
  ...{ backend, images },
  ...change,
});
