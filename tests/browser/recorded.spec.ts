// What a step shows that was not run: a recorded result, asked for or led to by a link, and labelled so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { accessible } from './accessible';
import { card, open, runAll, test } from './ui-page';
import { fakePage } from '../ui/address';

const FILE = join(import.meta.dirname, '../../src/ui/recorded/recorded-run.json');
const recorded = JSON.parse(readFileSync(FILE, 'utf8'));
const LABEL = `Recorded, not computed here: 3-bit weights, 8-bit activations, ${recorded.recipe.steps} steps, on ${recorded.cpu}`;
/** As the page writes a share. */
const percent = (share: number): RegExp => new RegExp(`${(100 * share).toFixed(2)}\\s%`);

test('a link to a step shows what came of it elsewhere, until it is run here', async ({ page }) => {
  await page.goto(fakePage('delay=1#step-compare'));
  const compare = card(page, 'compare');
  await expect(compare).toContainText(LABEL);
  const table = compare.getByRole('region', { name: 'Comparison of the five models' });
  const { report } = recorded.results.compare;
  await expect(table.getByRole('row', { name: /QAT INT8/ })).toContainText(percent(report.qat.int8.accuracy));
  await expect(compare.getByRole('button', { name: 'Start the race' })).toHaveCount(0);
  await accessible(page, '#step-compare');
  await expect(card(page, 'convert')).not.toContainText('Recorded');
  await runAll(page);
  await expect(compare).not.toContainText('Recorded');
  await expect(compare.getByRole('button', { name: 'Start the race' })).toBeVisible();
});

test('every step that was not run can show it, and hides it again', async ({ page }) => {
  await open(page, 'delay=1');
  const results = {
    load: '11,181,642',
    fuse: 'layer4.1.conv2 + layer4.1.bn2',
    verify: 'Equal within tolerance',
    configure: 'get_default_qat_qconfig("fbgemm")',
    prepare: 'Fake-quants on activations',
    train: 'Training loss',
    convert: 'INT8 model',
    compare: 'Five models on',
    save: recorded.results.save.filename,
  };
  for (const [step, result] of Object.entries(results)) {
    await card(page, step)
      .getByRole('button', { name: /^Show a recorded result/ })
      .press('Enter');
    await expect(card(page, step)).toContainText(LABEL);
    await expect(card(page, step)).toContainText(result);
  }
  await card(page, 'fuse')
    .getByRole('button', { name: /^Hide the recorded result/ })
    .click();
  await expect(card(page, 'fuse')).not.toContainText(LABEL);
});

test('a recording that cannot be had says so, and is asked for again', async ({ page, complaints }) => {
  await open(page, 'delay=1');
  await page.route(/recorded-run/, (route) => route.abort(), { times: 1 });
  const load = card(page, 'load');
  const show = load.getByRole('button', { name: /^Show a recorded result/ });
  await show.click();
  await expect(load).toContainText('The recorded run could not be loaded.');
  await expect(load).not.toContainText(LABEL);
  expect(complaints.splice(0).join()).toMatch(/net::ERR_FAILED.*could not be loaded\.\n.*Failed to fetch/s);
  await show.click();
  await expect(load).toContainText(LABEL);
  await expect(load).not.toContainText('could not be loaded');
});
