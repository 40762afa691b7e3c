// Runs beyond one visit and beside each other: history, pins, running again, curves laid over each other, seeds.
// Not for real workers: tests/e2e.
import { expect, type Page } from '@playwright/test';
import { DEFAULT_RECIPE, type Recipe } from '../../src/recipe/recipe';
import type { RunRecord } from '../../src/worker/api';
import { accessible } from './accessible';
import { done, open, recipe, runAll, runs, test } from './ui-page';

/** Where and how earlier versions of the page kept them. */
const KEPT = 'qat-playground-runs';
const pastRunsText = (runs: readonly RunRecord[]) => JSON.stringify({ version: 1, runs });
const row = (page: Page, name: string | RegExp) => runs(page).getByRole('row').filter({ hasText: name });
const overlay = (page: Page) => page.getByRole('region', { name: 'Runs overlaid' });
const overlayIt = (page: Page, name: RegExp | string) => page.getByRole('checkbox', { name }).check();
/** A row's figures as they stand there. */
const figures = (page: Page, name: string | RegExp) => row(page, name).locator('td.number').allTextContents();
const store = (page: Page, text: string) =>
  page.addInitScript(([key, value]) => localStorage.setItem(key!, value!), [KEPT, text]);

/** Kept by an earlier visit. */
const past = (name: string, change: Partial<Recipe>, qat: number): RunRecord => ({
  ...{ id: name, name, recipe: { ...DEFAULT_RECIPE, ...change }, pinned: false, made: Date.UTC(2026, 0, 2) },
  figures: { fp32: 0.88, control: 0.885, ptq: 0.3, qat, images: 10_000 },
  curve: { steps: [100, 200, 400], loss: [2, 1, 0.5], validationSteps: [200, 400], validationAccuracy: [0.8, qat] },
});
const THREE_SEEDS = [3, 1, 2].map((seed) => past(`seed ${seed}`, { seed }, 0.86 + seed / 100));

test('what was trained is there at the next visit, its weights are not; it is run again with the same choices', async ({
  page,
}) => {
  await open(page, `delay=1&address=${encodeURIComponent('seed=7&steps=60')}`);
  await runAll(page);
  await runs(page).getByRole('button', { name: 'Rename Run 1' }).click();
  await runs(page).getByRole('textbox').fill('seven');
  await page.keyboard.press('Enter');
  const before = await figures(page, 'seven');
  expect(before.join()).toContain('%');

  await open(page, 'delay=1');
  await expect(row(page, 'seven')).toContainText(/kept: .*KiB/);
  expect(await figures(page, 'seven')).toEqual(before);
  expect((await recipe(page)).seed).toBe(0);
  await row(page, 'seven')
    .getByRole('button', { name: /^Run again seven/ })
    .click();
  await done(page, 'save');
  expect((await recipe(page)).seed).toBe(7);
  expect(await figures(page, 'Run 2')).toEqual(before);
  // Once more, with another seed, beside it.
  await runs(page).getByRole('button', { name: 'Again with seed 8 Run 2' }).click();
  await done(page, 'save');
  expect((await recipe(page)).seed).toBe(8);

  await open(page, 'delay=1');
  await expect(row(page, 'kept: ')).toHaveCount(3);
  await row(page, 'seven')
    .getByRole('button', { name: /^Rename/ })
    .click();
  await runs(page).getByRole('textbox').fill('the first');
  await page.keyboard.press('Enter');
  await row(page, 'the first')
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(page.getByRole('dialog')).toContainText('Its settings, figures and curves are forgotten');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, 'kept: ')).toHaveCount(2);
  await open(page, 'delay=1');
  await expect(row(page, 'kept: ')).toHaveCount(2);
});

test('a pinned run stands on top, is not deleted by accident, and is there at the next visit untrained too', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await page.getByRole('button', { name: 'New run with these choices' }).click();
  await page.getByRole('slider', { name: /^Weights/ }).fill('5');
  await runs(page).getByRole('button', { name: 'Pin Run 2' }).click();
  await expect(runs(page).getByRole('row').nth(1)).toContainText('Run 2');
  const remove = runs(page).getByRole('button', { name: 'Delete Run 2 (unpin it first)' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  await remove.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');

  await open(page, 'delay=1');
  const pinned = runs(page).getByRole('row').nth(1);
  await expect(pinned).toContainText('Run 2, ');
  await expect(pinned).toContainText('4, 8');
  await pinned.getByRole('button', { name: /^Duplicate/ }).click();
  expect((await recipe(page)).weightBits).toBe(4);
  // Let go of, it has nothing to stay for.
  await pinned.getByRole('button', { name: /^Unpin/ }).click();
  await expect(row(page, 'Run 2, ')).toHaveCount(0);
});

test('what is kept and cannot be read is set aside with a word; the rest stands there', async ({ page }) => {
  const [good] = THREE_SEEDS;
  await store(page, JSON.stringify({ version: 1, runs: [good, { id: 'x', recipe: 'none' }] }));
  await open(page, 'delay=1');
  await expect(page.getByRole('alert')).toContainText('What was kept of some earlier runs cannot be read.');
  await expect(row(page, 'its weights are gone')).toHaveCount(1);
  expect(await page.evaluate((key) => localStorage.getItem(`${key}-set-aside`), KEPT)).toContain('"none"');
  await runAll(page);
});

test('nonsense in the store does no harm', async ({ page }) => {
  await store(page, '{]');
  await open(page, 'delay=1');
  await expect(page.getByRole('alert')).toContainText('It was set aside');
  await expect(runs(page).getByRole('row')).toHaveCount(2);
});

test('runs are laid over each other: two lines that differ in colour and dashes, a legend and tables', async ({
  page,
}) => {
  await store(page, pastRunsText([past('earlier', { weightBits: 4 }, 0.87)]));
  await open(page, 'delay=1');
  await overlayIt(page, 'Overlay Run 1');
  await expect(overlay(page).getByRole('status')).toContainText('Choose one more run');
  await expect(overlay(page).getByRole('status')).toContainText('Nothing to draw yet of Run 1.');
  await overlayIt(page, /^Overlay earlier/);
  await expect(overlay(page).getByRole('status')).not.toContainText('Choose one more run');
  await runAll(page);
  await expect(overlay(page).getByRole('status')).not.toContainText('Nothing to draw');
  const loss = overlay(page).getByRole('img', { name: /^Training loss of QAT/ });
  await expect(loss).toHaveAttribute('aria-label', /Run 1: 0\.\d+\. earlier, .*: 0\.500\./);
  await expect(overlay(page).getByRole('img', { name: /^Validation accuracy of QAT/ })).toHaveAttribute(
    'aria-label',
    /earlier, .*: 87\.0\s%/,
  );
  const keys = overlay(page).locator('figure').first().locator('.key');
  const looks = await keys.evaluateAll((all) =>
    all.map((key) => [getComputedStyle(key).stroke, key.querySelector('line')!.getAttribute('stroke-dasharray')]),
  );
  expect(looks).toHaveLength(2);
  expect(new Set(looks.map(([color]) => color)).size).toBe(2);
  expect(new Set(looks.map(([, dash]) => dash)).size).toBe(2);
  await overlay(page).locator('summary').first().click();
  const table = overlay(page).getByRole('region', { name: 'Training loss of QAT' });
  await expect(table.getByRole('columnheader')).toHaveText(['Step', 'Run 1', /^earlier/]);
  // The first has taken 60 steps, the other one is known from step 100 to 400.
  await expect(table.getByRole('row').nth(1).getByRole('cell')).toHaveText([/^\d/, '–']);
  await expect(table.getByRole('row').last().getByRole('cell')).toHaveText(['–', '0.500']);
  await overlay(page).getByRole('button', { name: 'Take all away' }).click();
  await expect(overlay(page)).toHaveCount(0);
});

test('runs that differ only in their seed: small charts on one scale, mean and spread', async ({ page }) => {
  await store(page, pastRunsText([...THREE_SEEDS, past('other', { weightBits: 4, seed: 9 }, 0.5)]));
  await open(page, 'delay=1');
  const seeds = page.getByRole('region', { name: 'Runs that differ only in their seed' });
  await expect(seeds.getByRole('heading', { level: 3 })).toHaveText([
    ...['Runs that differ only in their seed', 'Seed 1', 'Seed 2', 'Seed 3'],
  ]);
  await expect(seeds).toContainText(
    /3 seeds: QAT INT8 gets 88\.00\s% of the test pictures right on average, with a standard deviation of 1\.00 points, from 87\.00\s% to 89\.00\s%\./,
  );
  await expect(seeds.getByRole('img', { name: 'Seed 2. Loss: 0.500.' })).toBeVisible();
  await seeds.locator('summary').last().click();
  await expect(seeds.getByRole('row')).toHaveCount(4);
  await expect(seeds.getByRole('row').nth(2)).toContainText('88.00');
});

test('with all of it axe finds nothing and nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await store(page, pastRunsText([...THREE_SEEDS.map((run) => ({ ...run, pinned: true }))]));
  await open(page, 'delay=1');
  await overlayIt(page, /^Overlay seed 1/);
  await overlayIt(page, /^Overlay seed 2/);
  for (const region of [overlay(page), page.getByRole('region', { name: 'Runs that differ only in their seed' })])
    for (const summary of await region.locator('summary').all()) await summary.click();
  await accessible(page);
  for (const width of [320, 375, 768]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
