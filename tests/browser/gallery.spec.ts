// What goes wrong: what the gallery shows of a trap, and that a press makes a new run of it and loses nothing.
// Not for the figures themselves: src/ui/gallery/traps.test.ts.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { field, open, recipe, runs, test } from './ui-page';

const gallery = (page: Page) => page.getByRole('region', { name: 'What goes wrong' });
const entry = (page: Page, name: string) => gallery(page).locator('details', { hasText: name });
const press = (page: Page, name: string) =>
  entry(page, name)
    .getByRole('button', { name: /^New run with this mistake/ })
    .click();

test('a press makes a new run with that one mistake; what the visitor had stays', async ({ page }) => {
  await open(page, 'delay=1');
  await field(page, 'Steps').fill('77');
  await field(page, 'Steps').blur();
  const own = await recipe(page);
  await entry(page, 'Trained with one scale').locator('summary').click();
  await press(page, 'Trained with one scale');
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  expect(await recipe(page)).toMatchObject({ qconfig: 'fbgemm_fused', weightBits: 3, steps: 400, images: own.images });
  await expect(entry(page, 'Trained with one scale')).toContainText('Run 2 has it');
  await expect(page.locator('[aria-live=polite]')).toHaveText(/^Run 2 is a new run with this mistake/);
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  expect(await recipe(page)).toEqual(own);
});

test('a recorded figure says so; a trap that cannot be chosen has no button and says why', async ({ page }) => {
  await open(page, 'delay=1');
  const rules = entry(page, 'Trained with one scale');
  await rules.locator('summary').click();
  await expect(rules.locator('dd')).toHaveText(['86.8\u00a0%', '82.6\u00a0%']);
  await expect(rules).toContainText(/Recorded\s+the default training at 3\/8 bits, 400 steps, seed 0/);
  const add = entry(page, 'A skip connection added with +');
  await add.locator('summary').click();
  await expect(add).toContainText('the mistake cannot be made here');
  await expect(add.getByRole('button')).toHaveCount(0);
  const observing = entry(page, 'A qconfig that only observes');
  await observing.locator('summary').click();
  await expect(observing).toContainText('No figure was recorded.');
  await expect(observing).not.toContainText(/\d+\.\d/);
});

test('every trap open: no axe violation, nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'delay=1');
  for (const summary of await gallery(page).locator('summary').all()) await summary.click();
  await press(page, 'Batch norm from tiny batches');
  await accessible(page, '#gallery-card');
  for (const width of [320, 375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
