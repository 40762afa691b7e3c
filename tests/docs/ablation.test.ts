// The ablation's table in docs/quantization.md holds every row there is, with what was measured of it. Not for measuring.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ABLATIONS, cellOf, SEEDS, trainings } from '../../bench/ablation/rows';
import { Cells } from '../../bench/accuracy/cells';
import { meanAndDeviation } from '../../src/report/statistics';

const cells = new Cells('docs/ablation-cells.json', ({ recipe }) => {
  throw new Error(`${JSON.stringify(recipe)} was not measured: npm run bench -- ablation.`);
});
const percent = (share: number) => (100 * share).toFixed(2);

it.each(ABLATIONS.flatMap((ablation) => trainings(ablation).map(([what, recipe]) => ({ ...ablation, what, recipe }))))(
  '$bits, $what',
  async ({ bits, what, recipe }) => {
    const all = await Promise.all(SEEDS.map(async (seed) => (await cells.of(cellOf(recipe, seed))).accuracy));
    const rows = readFileSync('docs/quantization.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`| ${bits.join('/')} `))
      .map((line) =>
        line
          .replaceAll('*', '')
          .split('|')
          .slice(1, -1)
          .map((text) => text.trim()),
      );
    expect(rows).toContainEqual([bits.join('/'), what, percent(meanAndDeviation(all).mean), ...all.map(percent)]);
  },
);
