// One target, case after case: a file is changed, read and judged; one that reaches code which none before it reached is kept
// and changed further. Seeded. Not for cases that never end: whoever runs it sees that it no longer moves.
import { Rng } from '../../src/core/rng';
import { judge } from './judge';
import type { Target } from './target';

/** What code was run since it was last asked; without it nothing is kept. */
export type Coverage = () => ReadonlySet<string>;

export interface Loss {
  readonly target: string;
  readonly what: string;
  readonly file: Uint8Array;
}

/** Files changed between two looks at what was reached. */
const ROUND = 64;
/** Changes to one file at most. */
const MOST_CHANGES = 3;

/**
 * Each call makes and judges one round. @param onCase told of a file before it is read
 * @returns cases tried, and which were lost
 */
export class Fuzzer {
  private readonly kept: Uint8Array[];
  private readonly reached = new Set<string>();
  private readonly rng: Rng;

  constructor(
    private readonly target: Target,
    seed: number,
    private readonly coverage?: Coverage,
    private readonly onCase: (file: Uint8Array) => void = () => {},
  ) {
    this.kept = [...target.seeds];
    this.rng = new Rng(seed);
  }

  /** Files that are changed further. */
  get corpus(): number {
    return this.kept.length;
  }

  round(cases = ROUND): { readonly tried: number; readonly lost: readonly Loss[] } {
    const files = Array.from({ length: cases }, () => this.changed());
    const lost = files.flatMap((file) => this.try(file));
    // Of a round that reached something new, each file is tried again alone.
    if (this.coverage && this.isNew(this.coverage()))
      for (const file of files) {
        this.try(file);
        const alone = this.coverage();
        if (this.isNew(alone)) {
          this.kept.push(file);
          for (const place of alone) this.reached.add(place);
        }
      }
    return { tried: cases, lost };
  }

  private isNew(places: ReadonlySet<string>): boolean {
    for (const place of places) if (!this.reached.has(place)) return true;
    return false;
  }

  private try(file: Uint8Array): Loss[] {
    this.onCase(file);
    const what = judge(this.target, file);
    return what === undefined ? [] : [{ target: this.target.name, what, file }];
  }

  private changed(): Uint8Array {
    const { rng, kept, target } = this;
    let file = kept[rng.below(kept.length)];
    for (let changes = 1 + rng.below(MOST_CHANGES); changes > 0; changes--)
      file = target.mutations[rng.below(target.mutations.length)](file, rng, kept);
    return file;
  }
}
