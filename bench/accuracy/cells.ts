// What was measured so far, kept in a file after every cell, so that hours of training can be ended and gone on with.
// Not for which cells there are: rows.ts.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { KeptRecipeSchema } from '../../src/recipe/recipe';
import type { Cell, CellFigures } from '../pages/accuracy';

interface Measured {
  readonly cell: Cell;
  readonly figures: CellFigures;
}

/** A cell that is asked for again is measured once. */
export class Cells {
  private readonly known: Measured[];

  /** @param file made when the first cell is measured @param measure how */
  constructor(
    private readonly file: string,
    private readonly measure: (cell: Cell) => Promise<CellFigures>,
  ) {
    this.known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measured[]) : [];
  }

  async of(cell: Cell): Promise<CellFigures> {
    const known = this.known.find((one) => keyOf(one.cell) === keyOf(cell));
    if (known) return known.figures;
    const figures = await this.measure(cell);
    this.known.push({ cell, figures });
    const lines = this.known.map((one) => JSON.stringify(one)).join(',\n');
    writeFileSync(`${this.file}.new`, `[\n${lines}\n]\n`);
    renameSync(`${this.file}.new`, this.file);
    return figures;
  }
}

/** A recipe from before there was a choice asks for what was done then. */
function keyOf({ kind, split, recipe }: Cell): string {
  return JSON.stringify([kind, split, Object.entries(v.parse(KeptRecipeSchema, recipe)).sort()]);
}
