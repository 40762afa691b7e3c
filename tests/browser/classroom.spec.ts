// A class without a server: reports dropped or chosen, looked at together, and run again. Not for reading them safely:
// src/ui/classroom/class-file.test.ts.
import { expect, type Page } from '@playwright/test';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import { labReport, type LabReport } from '../../src/ui/exercises/lab-report';
import { labReport as texts } from '../../src/ui/words/en/lab-report';
import { accessible } from './accessible';
import { done, open, openFolded, recipe, runAll, runs, test } from './ui-page';

const room = (page: Page) => page.getByRole('region', { name: 'A class', exact: true });
const table = (page: Page) => room(page).getByRole('region', { name: 'Runs of the class' });
const inputs = (page: Page) => room(page).locator('input[type=file]');
const body = (page: Page) => table(page).locator('tbody').getByRole('row');

/** As the page writes it, with the figures of one run. */
function lab(author: string, change: Partial<Recipe>, qat: number, met: boolean): string {
  const options = { ...DEFAULT_RECIPE, ...change };
  const time = { median_ms: 1, p95_ms: 1, samples: 1, threads: 1, what: '' };
  const report: LabReport = {
    ...{ author, made: '2026-01-01T00:00:00.000Z', address: 'http://localhost/', browser: 'Chromium' },
    ...{ cores: 2, language: 'en' },
    runs: [
      {
        ...{ name: 'Run 1', recipe: options },
        report: {
          ...{ fp32: { accuracy: 0.88 }, ptq: { accuracy: 0.4 }, control: { accuracy: 0.88 }, agreement: 0.9 },
          qat: { int8: { accuracy: qat }, simulated: { accuracy: qat } },
          latency: { fp32_wasm: time, fp32_backend: time, int8: time, ratio: 1 },
          size: { fp32_bytes: 44_700_000, int8_bytes: 11_300_000, ratio: 4 },
          ...{ images: 10_000, backend: 'wasm', adapter: '', engine: '', options },
          training: { steps: 60, control_steps: 60, schedule: [], first_loss: 1, last_loss: 1, images_per_s: 1 },
        },
      },
    ],
    ...{ stops: [], predictions: [] },
    exercises: [
      {
        ...{ id: 'x', name: 'Half the bits', task: '', met, evidence: '', hints: 0, question: '' },
        answer: '<script>document.title = "taken over"</script>',
      },
    ],
  };
  return labReport(report, texts);
}
const file = (name: string, text: string) => ({ name, mimeType: 'text/html', buffer: Buffer.from(text) });
const CLASS = [
  file('ada.html', lab('Ada', { weightBits: 4, activationBits: 4, steps: 60, seed: 5 }, 0.871, true)),
  file('bob.html', lab('Bob', { weightBits: 4, activationBits: 4, steps: 60, seed: 6 }, 0.815, false)),
  file('cy.html', lab('Cy', { weightBits: 8, steps: 60 }, 0.879, true)),
];

test('many files at once: how they lie, who met the goal, a table to sort; a bad one is named and the others count', async ({
  page,
}) => {
  await openFolded(page, 'delay=1');
  const bad = [file('poem.html', '<p>Roses are red.</p>'), file('cut.json', '{"runs": [')];
  const hostile = file('x.html', '<script>document.title = "taken over"</script><img src="x" onerror="alert(1)">');
  await inputs(page)
    .first()
    .setInputFiles([...CLASS, ...bad, hostile, file('again.html', CLASS[0]!.buffer.toString())]);
  await expect(room(page)).toContainText('3 files with 3 runs. 1 file said the same as another one and counts once.');
  await expect(room(page).getByRole('alert').getByRole('listitem')).toHaveText([
    /^poem\.html: There is no report in it\./,
    /^cut\.json: Its report is damaged: it is no JSON\./,
    /^x\.html: There is no report in it\./,
  ]);
  expect(await page.title()).not.toContain('taken over');

  await expect(room(page)).toContainText(/3 runs: median 87\.10\s%, lowest 81\.50\s%, highest 87\.90\s%\./);
  await expect(room(page).locator('circle')).toHaveCount(3);
  await room(page).getByLabel('Of runs with').selectOption('4/4 bits');
  await expect(room(page).locator('circle')).toHaveCount(2);
  await room(page).locator('summary').click();
  const lie = room(page).getByRole('region', { name: 'How accurate QAT INT8 is' });
  await expect(lie.getByRole('rowheader')).toHaveText(['80 % to 82 %', '82 % to 84 %', '84 % to 86 %', '86 % to 88 %']);
  await expect(lie.getByRole('cell')).toHaveText(['1', '0', '0', '1']);

  const goals = room(page).getByRole('region', { name: 'Who met which goal' });
  await expect(goals.getByRole('rowheader')).toHaveText(['Half the bits']);
  await expect(goals.getByRole('cell')).toHaveText(['2 of 3', 'Ada, Cy']);

  await expect(body(page)).toHaveText([/^ada/, /^bob/, /^cy/]);
  await expect(body(page).first().getByRole('rowheader')).toHaveText('ada.html');
  await expect(body(page).first().getByRole('cell')).toHaveText([
    ...[/^Run this one here/, 'Ada', 'Run 1', '4/4', '60', '5', '88.00 %', '40.00 %', '87.10 %', '10.78 MiB', '1 of 1'],
  ]);
  const byAccuracy = table(page).getByRole('columnheader', { name: 'QAT INT8' });
  await byAccuracy.getByRole('button').click();
  await expect(byAccuracy).toHaveAttribute('aria-sort', 'descending');
  await expect(body(page)).toHaveText([/^cy/, /^ada/, /^bob/]);
  await byAccuracy.getByRole('button').click();
  await expect(byAccuracy).toHaveAttribute('aria-sort', 'ascending');
  await expect(body(page)).toHaveText([/^bob/, /^ada/, /^cy/]);

  await room(page).getByRole('button', { name: 'Forget all files' }).click();
  await expect(body(page)).toHaveCount(0);
  await expect(room(page).getByRole('alert')).toHaveCount(0);
});

test('any of them is run again here, with its choices', async ({ page }) => {
  await open(page, 'delay=1');
  await inputs(page).first().setInputFiles(CLASS);
  await table(page)
    .getByRole('button', { name: /^Run this one here.*Run 1 of bob\.html/ })
    .click();
  await expect(room(page)).toContainText('Run 2 has these choices and runs now');
  await done(page, 'save');
  const { weightBits, activationBits, steps, seed } = await recipe(page);
  expect({ weightBits, activationBits, steps, seed }).toEqual({ weightBits: 4, activationBits: 4, steps: 60, seed: 6 });
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: '简体中文' }).click();
  await expect(page.getByRole('status').filter({ hasText: '实验 2 采用了这些选项' })).toHaveCount(1);
});

test('the report that this page saves is one of a class; files are dropped too', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the lab report' }).click(),
  ]);
  await inputs(page)
    .first()
    .setInputFiles(await download.path());
  // A path of its own says nothing of HTML: what counts is what stands in the file.
  await expect(body(page)).toHaveCount(1);
  await expect(body(page)).toContainText('8/8');
  await expect(body(page)).toContainText('of 4');
  const { name, buffer } = CLASS[1]!;
  await room(page)
    .getByRole('group', { name: 'A class' })
    .evaluate(
      (zone, [name, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text!], name!));
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      },
      [name, buffer.toString()],
    );
  await expect(body(page)).toHaveCount(2);
});

test('a folder is looked through for reports alone', async ({ page }, { outputDir }) => {
  const { mkdirSync, writeFileSync } = await import('node:fs');
  mkdirSync(`${outputDir}/class/ada`, { recursive: true });
  writeFileSync(`${outputDir}/class/ada/qat-lab-report.html`, CLASS[0]!.buffer);
  writeFileSync(`${outputDir}/class/notes.txt`, 'Nothing.');
  await openFolded(page, 'delay=1');
  await inputs(page).last().setInputFiles(`${outputDir}/class`);
  await expect(body(page)).toHaveCount(1);
  await expect(body(page)).toContainText('class/ada/qat-lab-report.html');
  await expect(room(page).getByRole('alert')).toHaveCount(0);
});

test('axe finds nothing and nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openFolded(page, 'delay=1');
  await inputs(page)
    .first()
    .setInputFiles([...CLASS, file(`${'long-name-'.repeat(12)}.html`, '<p>None.</p>')]);
  await expect(body(page)).toHaveCount(3);
  await room(page).locator('summary').click();
  await accessible(page);
  for (const width of [320, 375, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test('the part is hidden by a link', async ({ page }) => {
  await openFolded(page, 'delay=1&address=hide%3Dclass');
  await expect(room(page)).toHaveCount(0);
});
