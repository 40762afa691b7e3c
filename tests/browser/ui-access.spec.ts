// The page for everyone: by the keyboard alone, read out, axe in light and dark, any width.
// Not for real workers: tests/e2e.
import { expect } from '@playwright/test';
import { accessible } from './accessible';
import { card, done, forgiveFailure, open, openFolded, runAll, runs, test } from './ui-page';

test('the keyboard alone runs a step, moves a slider, and makes, takes, names and deletes runs', async ({ page }) => {
  await openFolded(page, 'delay=1');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.replace(/\s+/g, ' ').trim() ?? '');
  const tabTo = async (wanted: string): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      if ((await focused()).startsWith(wanted)) return;
    }
    throw new Error(`Tab never reached ${wanted}.`);
  };
  await tabTo('Run all nine steps');
  await tabTo('Run: step 1, Load');
  await page.keyboard.press('Enter');
  await done(page, 'load');
  await expect(page.getByRole('heading', { name: /Load/ })).toBeFocused();
  await tabTo('4 Configure');
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: /^Activations/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('slider', { name: /^Activations/ })).toHaveAttribute('aria-valuetext', '7 bits');
  await page.getByRole('button', { name: 'New run with these choices' }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('button', { name: 'Run 1', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await runs(page).getByRole('button', { name: 'Rename Run 1' }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('button', { name: 'first', exact: true })).toBeFocused();
  await runs(page).getByRole('button', { name: 'Delete first' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await done(page, 'load');
});

test('a step’s start and end are read out', async ({ page }) => {
  await open(page, 'delay=1');
  await card(page, 'fuse').getByRole('button', { name: /^Run/ }).click();
  await expect(page.locator('[aria-live=polite]')).toHaveText('Step 2, Fuse, done.');
});

test('axe finds nothing, light and dark', async ({ page, complaints }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'delay=1&fail=prepare&saved=several&full=1&lose=20');
  await accessible(page);
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await card(page, 'prepare').getByText('Details of the failure').click();
  await accessible(page);
  forgiveFailure(complaints);
  await card(page, 'prepare').getByRole('button', { name: 'Retry' }).click();
  await done(page, 'prepare');
  await page.getByRole('button', { name: 'New run with these choices' }).click();
  await runs(page).getByRole('button', { name: 'Rename Run 2' }).click();
  await accessible(page);
  await page.keyboard.press('Escape');
  await runs(page).getByRole('button', { name: 'Delete Run 1' }).click();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
  await accessible(page);
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await expect(card(page, 'configure')).toHaveAttribute('data-status', 'stale');
  await accessible(page);
});

test('no sideways scrolling from 320 to 1600 px, before and after a run', async ({ page }) => {
  await open(page, 'delay=1&saved=several&full=1&lose=20');
  for (const finished of [false, true]) {
    if (finished) await runAll(page);
    for (const width of [320, 375, 768, 1024, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      // Nothing sticks out of its card unseen either.
      const outside = await page.evaluate(
        (limit) =>
          [...document.querySelectorAll('main *')]
            .filter((e) => !e.closest('[role=region], [role=img], .visually-hidden, dialog'))
            .filter((e) => e.getBoundingClientRect().right > limit + 1)
            .map((e) => e.outerHTML.slice(0, 120)),
        width,
      );
      expect(outside).toEqual([]);
    }
  }
});
