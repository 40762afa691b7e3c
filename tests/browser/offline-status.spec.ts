// What the page says of a visit without a network. That it is so: tests/e2e/offline.spec.ts.
import { expect } from '@playwright/test';
import { openFolded, test } from './ui-page';

for (const [kept, says] of [
  ['page', 'Not kept yet: the network’s weights and the images.'],
  [
    'some',
    'Kept beside it: the weights and 12.00 MiB of 158.00 MiB of images; the others come when they are first used.',
  ],
  ['all', 'Kept beside it: the weights and all images, 179.00 MiB.'],
])
  test(`ready offline, kept: ${kept}`, async ({ page }) => {
    await openFolded(page, `kept=${kept}`);
    await expect(page.getByText('Ready offline:')).toBeVisible();
    await expect(page.getByText(says)).toBeVisible();
    await expect(page.getByText('A newer version')).toHaveCount(0);
  });

test('where nothing is kept, nothing is said', async ({ page }) => {
  await openFolded(page);
  await expect(page.getByText('Nothing computes yet.')).toBeVisible();
  await expect(page.getByText('Ready offline:')).toHaveCount(0);
});

test('a newer version, which other tabs keep from opening', async ({ page }) => {
  await openFolded(page, 'kept=newer');
  await page.getByRole('button', { name: 'Reload with it' }).click();
  await expect(
    page.getByRole('status').filter({ hasText: 'Other tabs show this page: close them first.' }),
  ).toBeVisible();
});

test('a newer version does not end what computes', async ({ page }) => {
  await openFolded(page, 'kept=newer&delay=1000');
  const reload = page.getByRole('button', { name: 'Reload with it' });
  await expect(reload).toBeEnabled();
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await expect(reload).toBeDisabled();
  await expect(page.getByRole('status').filter({ hasText: 'let it end first' })).toBeVisible();
});
