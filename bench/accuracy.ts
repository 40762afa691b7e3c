// npm run bench -- accuracy: what each width costs and what heals it, on all test images: FP32, PTQ as PyTorch does it and
// the best there is, QAT by default and at its best over three seeds, and the control of the same budget. Hours: it goes on
// where it was ended. The rows: bench/accuracy/rows.ts; figures so far: docs/accuracy-cells.json. Not for speed.
import { join } from 'node:path';
import type { Recipe } from '../src/recipe/recipe';
import { Cells } from './accuracy/cells';
import { MIXED, ROWS, SEEDS, withLayerBits, type Row } from './accuracy/rows';
import { environment, measureInPage, withPage, type BenchResult } from './harness';
import type { Cell, CellFigures } from './pages/accuracy';

const FILE = join(import.meta.dirname, '../docs/accuracy-cells.json');
const IMAGES = 10_000;
/** How far below FP32 the best training may end, and minutes it may take. */
const MOST_BELOW: Readonly<Record<string, number>> = {
  ...{ W8A8: 0.001, W4A8: 0.005, W4A4: 0.01, W3A3: 0.025, W2A8: 0.05, W2A2: 0.08 },
};
const MOST_MINUTES = 10;

export async function run(): Promise<BenchResult> {
  return withPage(
    async (page) => {
      page.on('console', (message) => {
        if (message.type() === 'info') console.log(message.text());
      });
      const cells = new Cells(FILE, async (cell) => {
        console.log(`${nameOf(cell)} ...`);
        const figures = await measureInPage<CellFigures>(page, 'accuracy', cell);
        console.log(`  ${JSON.stringify(figures)}`);
        return figures;
      });
      const all = [...ROWS, await mixedRow(cells)];
      // The first seed of all rows first, the longest trainings before others: a table that is ended early is a table.
      for (let seeds = 1; seeds < SEEDS.length; seeds++)
        for (const row of all.toReversed()) await figuresOf(row, SEEDS.slice(0, seeds), cells);
      const rows: RowFigures[] = [];
      for (const row of all) rows.push(await figuresOf(row, SEEDS, cells));
      const seed = SEEDS[0];
      return {
        table: [HEADING, ...rows.map(tableRow)],
        json: {
          images: IMAGES,
          seed,
          backend: 'wasm',
          rows,
          environment: environment(page.context().browser()!.version()),
        },
      };
    },
    { webgpu: false },
  );
}

const HEADING = [
  ...['%', 'fp32', 'PTQ min/max', 'PTQ best', 'QAT default', 'QAT best', 'seeds', 'control', 'minutes', 'MB', 'ms', ''],
];

type RowFigures = Awaited<ReturnType<typeof figuresOf>>;

async function figuresOf(row: Row, seeds: readonly number[], cells: Cells) {
  const test = (kind: Cell['kind'], recipe: Recipe) => cells.of({ kind, recipe, split: 'test' });
  const fp32 = await test('fp32', ROWS[0].ptqMinMax);
  const ptqMinMax = await test('ptq', row.ptqMinMax);
  const ptqBest = await test('ptq', await bestPtq(row, cells));
  const qatDefault = [];
  const qatBest = [];
  for (const seed of seeds) {
    qatBest.push(await test('qat', { ...row.qatBest, seed }));
    qatDefault.push(await test('qat', { ...row.qatDefault, seed }));
  }
  // No quantization is in it: rows that train alike share it.
  const control = await test('control', { ...row.qatBest, layerBits: '', seed: seeds[0] });
  const [best] = qatBest;
  const accuracies = (figures: readonly CellFigures[]) => figures.map(({ accuracy }) => accuracy);
  return {
    name: row.name,
    fp32: fp32.accuracy,
    ptq_minmax: ptqMinMax.accuracy,
    ptq_best: ptqBest.accuracy,
    qat_default: qatDefault[0].accuracy,
    qat_best: best.accuracy,
    control: control.accuracy,
    minutes: best.minutes!,
    bytes: best.bytes!,
    ms: best.ms!,
    agreement: best.agreement!,
    qat_default_seeds: accuracies(qatDefault),
    qat_best_seeds: accuracies(qatBest),
    recipe: row.qatBest,
  };
}

/** The row's network of widths that were searched; it takes no more bytes than the uniform one. */
async function mixedRow(cells: Cells): Promise<Row> {
  const row = ROWS.find(({ name }) => name === MIXED.of)!;
  const recipe = { ...row.qatDefault, ...MIXED.search };
  const { layerBits } = await cells.of({ kind: 'widths', recipe, split: 'validation' });
  return withLayerBits(MIXED.name, row, layerBits!);
}

/** By validation images. */
async function bestPtq({ ptq }: Row, cells: Cells): Promise<Recipe> {
  let best: { readonly recipe: Recipe; readonly accuracy: number } | undefined;
  for (const recipe of ptq) {
    const { accuracy } = await cells.of({ kind: 'ptq', recipe, split: 'validation' });
    if (!best || accuracy > best.accuracy) best = { recipe, accuracy };
  }
  return best!.recipe;
}

function nameOf({ kind, recipe, split }: Cell): string {
  const { weightBits, activationBits, seed, qconfig, steps, ranges, weightRanges } = recipe;
  const { rounding, correctBias, equalize, layerBits } = recipe;
  const method = [ranges, weightRanges, rounding, correctBias && 'bias', equalize && 'equalized'].filter(Boolean);
  const how = kind === 'ptq' || kind === 'widths' ? method.join(' ') : `${qconfig}, ${steps} steps, seed ${seed}`;
  const network = `W${weightBits}A${activationBits}${layerBits && ' mixed'}`;
  return kind === 'fp32' ? `FP32, ${split}` : `${kind} ${network}, ${how}, ${split}`;
}

function tableRow(row: RowFigures): string[] {
  const { name, fp32, ptq_minmax, ptq_best, qat_default, qat_best, control, minutes, bytes, ms } = row;
  const percent = (share: number) => (100 * share).toFixed(2);
  const seeds = row.qat_best_seeds;
  const allowed = MOST_BELOW[name];
  const met = (allowed === undefined || qat_best >= fp32 - allowed) && qat_best >= ptq_best && minutes <= MOST_MINUTES;
  return [
    name,
    ...[fp32, ptq_minmax, ptq_best, qat_default, qat_best].map(percent),
    `${percent(Math.min(...seeds))} to ${percent(Math.max(...seeds))}`,
    ...[percent(control), minutes.toFixed(1), (bytes / 1e6).toFixed(2), ms.toFixed(2), met ? 'met' : 'MISSED'],
  ];
}
