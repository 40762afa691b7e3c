// Steps as lines: which cards stand open, and what opens the others. Not for what a card holds: ui-steps.spec.ts.
import { expect, type Page } from '@playwright/test';
import { card, done, test } from './ui-page';
import { fakePage } from '../ui/address';

const visit = (page: Page, hash = '') => page.goto(fakePage(`delay=1${hash}`));
const isOpen = (page: Page, step: string) => card(page, step).locator('[aria-controls]').first();
const openSteps = (page: Page) =>
  page
    .locator('[data-step]:has([aria-expanded=true])')
    .evaluateAll((cards) => cards.map((one) => (one as HTMLElement).dataset.step));

test('the next step stands open, and the one done last; the others are lines that tell what came of them', async ({
  page,
}) => {
  await visit(page);
  await expect(isOpen(page, 'load')).toHaveAttribute('aria-expanded', 'true');
  expect(await openSteps(page)).toEqual(['load']);
  await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  expect(await openSteps(page)).toEqual(['load', 'fuse']);
  await card(page, 'fuse').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'fuse');
  expect(await openSteps(page)).toEqual(['fuse', 'verify']);
  await expect(card(page, 'load')).toContainText('11,181,642 parameters');
  await expect(card(page, 'load').getByText('Downloaded')).toBeHidden();
  await isOpen(page, 'load').press('Enter');
  await expect(card(page, 'load').getByText('Downloaded')).toBeVisible();
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
  // What a hand has opened stays open.
  expect(await openSteps(page)).toEqual(['load', 'save']);
  await expect(card(page, 'compare')).toContainText(/QAT \d\d\.\d\d.%, FP32 \d\d\.\d\d.%/);
});

test('a failed step opens; all can be opened and folded at once', async ({ page, complaints }) => {
  await page.goto(fakePage('delay=1&fail=prepare'));
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await expect(card(page, 'prepare')).toHaveAttribute('data-status', 'failed');
  expect(await openSteps(page)).toEqual(['prepare']);
  expect(complaints.splice(0).join()).toMatch(/Step \w+ failed/);
  await page.getByRole('button', { name: 'Open all steps' }).click();
  expect(await openSteps(page)).toHaveLength(9);
  await page.getByRole('button', { name: 'Fold all steps' }).click();
  expect(await openSteps(page)).toEqual([]);
});

test('a link to a step opens it, on the page and with the page', async ({ page }) => {
  await visit(page, '#step-train');
  await expect(isOpen(page, 'train')).toHaveAttribute('aria-expanded', 'true');
  await expect(card(page, 'train').getByRole('heading', { level: 2 })).toBeInViewport();
  await page
    .getByRole('navigation', { name: 'Steps' })
    .getByRole('link', { name: /Convert/ })
    .click();
  expect(await openSteps(page)).toEqual(['load', 'train', 'convert']);
});
