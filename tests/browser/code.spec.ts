// Code beside the page: two scripts for the choices in force, what they leave out, and that they can be copied.
// Not for the scripts themselves: src/pytorch, tests/golden/pytorch-scripts.test.ts.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { open, test } from './ui-page';

const code = (page: Page) => page.getByRole('region', { name: 'Code beside the page' });
const text = (page: Page, filename: string) => code(page).getByRole('region', { name: filename });
const unfold = (page: Page) => code(page).locator('summary').click();

test('a folded line opens to the script of the choices as they are, in two tabs that the arrow keys change', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await expect(text(page, 'qat_eager.py')).toHaveCount(0);
  await unfold(page);
  await expect(code(page)).toContainText('deprecated: PyTorch warns of it from 2.8 on');
  await expect(code(page)).toContainText('Every choice of yours is in this script.');
  await expect(text(page, 'qat_eager.py')).toContainText('STEPS, BATCH, SEED = 60, 32, 0');
  await expect(text(page, 'qat_eager.py')).toContainText(`else "${new URL('.', page.url()).href}"`);
  await page.getByRole('spinbutton', { name: 'Steps' }).fill('77');
  await page.getByRole('spinbutton', { name: 'Steps' }).blur();
  await expect(text(page, 'qat_eager.py')).toContainText('STEPS, BATCH, SEED = 77, 32, 0');

  await code(page).getByRole('tab', { name: 'torch.ao.quantization' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(code(page).getByRole('tab', { name: 'torchao', exact: true })).toBeFocused();
  await expect(text(page, 'qat_torchao.py')).toContainText('prepare_qat_pt2e');
});

test('what a script leaves out is listed as at its top', async ({ page }) => {
  await open(page, 'delay=1');
  await unfold(page);
  await page.getByLabel('A whole recipe by name').selectOption('W3A3, learned scales');
  const listed = code(page).getByRole('listitem');
  await expect(listed).toHaveCount(4);
  await expect(listed.nth(2)).toHaveText('rounding=learned: PyTorch rounds every weight to the nearest code.');
  await expect(text(page, 'qat_eager.py')).toContainText('# - rounding=learned: PyTorch rounds every weight');
  await code(page).getByRole('tab', { name: 'torchao', exact: true }).click();
  await expect(listed).toHaveCount(6);
  await expect(text(page, 'qat_torchao.py')).toContainText('# - keep-eight=edges_and_sums:');
});

test('the button copies the whole script; the word of it goes when the script changes', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'delay=1');
  await unfold(page);
  await code(page).getByRole('button', { name: 'Copy qat_eager.py' }).click();
  await expect(code(page).getByRole('status')).toHaveText('The script is copied.');
  const shown = await text(page, 'qat_eager.py').textContent();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
  await code(page).getByRole('tab', { name: 'torchao', exact: true }).click();
  await expect(code(page).getByRole('status')).toHaveText('');
});

test('opened: no axe violation, long lines scroll and the page does not, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'delay=1');
  await unfold(page);
  await accessible(page, '#code-card');
  for (const width of [320, 375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.setViewportSize({ width: 375, height: 900 });
  const [shown, whole, wrap] = await text(page, 'qat_eager.py').evaluate((pre) => [
    pre.clientWidth,
    pre.scrollWidth,
    getComputedStyle(pre).whiteSpace,
  ]);
  expect(whole).toBeGreaterThan(Number(shown));
  expect(wrap).toBe('pre');
});
