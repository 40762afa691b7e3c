// npm run bench -- ablation: what each choice of a training is worth at each width: one training, the same with one choice
// changed, three seeds each, the integer network on all validation images. Hours: it goes on where it was ended. The rows:
// bench/ablation/rows.ts; figures so far: docs/ablation-cells.json. Not for test images (accuracy.ts), nor for speed.
import { join } from 'node:path';
import { ABLATIONS, cellOf, SEEDS, trainings } from './ablation/rows';
import { Cells } from './accuracy/cells';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import { meanAndDeviation } from '../src/report/statistics';
import type { CellFigures } from './pages/accuracy';

const FILE = join(import.meta.dirname, '../docs/ablation-cells.json');

interface RowFigures {
  readonly bits: string;
  readonly what: string;
  /** Of each seed, as shares. */
  readonly accuracies: readonly number[];
}

export async function run(): Promise<BenchResult> {
  return withPage(
    async (page) => {
      const cells = new Cells(FILE, async (cell) => {
        const figures = await measureInPage<CellFigures>(page, 'accuracy', cell);
        console.log(`seed ${cell.recipe.seed}: ${JSON.stringify(figures)}`);
        return figures;
      });
      // One seed of all rows first: a table that is ended early is a table.
      for (const seed of SEEDS)
        for (const ablation of ABLATIONS)
          for (const [what, recipe] of trainings(ablation)) {
            console.log(`${ablation.bits.join('/')}, ${what} ...`);
            await cells.of(cellOf(recipe, seed));
          }
      const rows: RowFigures[] = [];
      for (const ablation of ABLATIONS)
        for (const [what, recipe] of trainings(ablation)) {
          const accuracies: number[] = [];
          for (const seed of SEEDS) accuracies.push((await cells.of(cellOf(recipe, seed))).accuracy);
          rows.push({ bits: ablation.bits.join('/'), what, accuracies });
        }
      const version = page.context().browser()!.version();
      return {
        table: [HEADING, ...rows.map(tableRow)],
        json: { seeds: SEEDS, split: 'validation', backend: 'wasm', rows, environment: environment(version) },
      };
    },
    { webgpu: false },
  );
}

const HEADING = ['bits', '% right', 'mean', ...SEEDS.map((seed) => `seed ${seed}`)];

function tableRow({ bits, what, accuracies }: RowFigures): string[] {
  const { mean } = meanAndDeviation(accuracies);
  return [bits, what, ...[mean, ...accuracies].map((share) => (100 * share).toFixed(2))];
}
