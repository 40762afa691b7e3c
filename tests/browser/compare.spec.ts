// What two models take the test pictures for: confusion matrices, and the pictures that are picked out of them.
// Not for the maths: src/report/confusion.test.ts.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { card, field, open, runAll, test } from './ui-page';

const compare = (page: Page) => card(page, 'compare');
const table = (page: Page) => compare(page).getByRole('region', { name: /^Confusion matrix/ });
const cell = (page: Page, name: string | RegExp) => table(page).getByRole('button', { name });
const choice = (page: Page, name: string) => compare(page).getByRole('combobox', { name, exact: true });
const shown = (page: Page) => compare(page).getByRole('status');
const compared = async (page: Page): Promise<void> => {
  await open(page, 'delay=1');
  await field(page, 'Test pictures').fill('1000');
  await field(page, 'Test pictures').blur();
  await runAll(page);
};
/** Numbers of the table, row by row. */
const numbers = async (page: Page): Promise<number[]> =>
  (await table(page).getByRole('button').allInnerTexts()).map((text) =>
    Number(text.replace('\u2212', '-').replace(',', '')),
  );
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

test('the matrix of one model and what it has more than another', async ({ page }) => {
  await compared(page);
  await expect(table(page)).toHaveAccessibleName('Confusion matrix: QAT INT8 minus FP32');
  await expect(table(page).getByRole('columnheader')).toHaveCount(11);
  await expect(table(page).getByRole('rowheader')).toHaveCount(10);
  expect(sum(await numbers(page))).toBe(0);
  await choice(page, 'Table of').selectOption('FP32');
  const fp32 = await numbers(page);
  expect(sum(fp32)).toBe(1000);
  // FP32 misses one in eight.
  expect(sum(fp32.filter((_, i) => i % 11 === 0))).toBe(875);
  await choice(page, 'with').selectOption('PTQ INT8');
  await expect(table(page)).toHaveAccessibleName('Confusion matrix: PTQ INT8');
  // The one that was the other takes its place.
  await choice(page, 'Compare').selectOption('PTQ INT8');
  await expect(choice(page, 'with')).toHaveValue('int8');
});

test('a number shows its pictures, by mouse and by keys', async ({ page }) => {
  await compared(page);
  await choice(page, 'Table of').selectOption('QAT INT8');
  const mistake = cell(page, /^cat taken for deer: /);
  const pictures = Number(await mistake.innerText());
  expect(pictures).toBeGreaterThan(0);
  await mistake.click();
  await expect(mistake).toHaveAttribute('aria-pressed', 'true');
  await expect(shown(page)).toHaveText(`${pictures} of 1,000 test pictures.`);
  await expect(compare(page).getByLabel('Of the number pressed')).toBeChecked();
  await expect(compare(page).locator('.picture')).toHaveCount(pictures);
  for (const picture of await compare(page).locator('.picture').all())
    await expect(picture).toContainText(/^\s*cat.*QAT INT8\s+deer/s);
  // Arrows go from cell to cell, and no further than the last.
  for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  const other = cell(page, /^airplane taken for cat: /);
  await expect(other).toBeFocused();
  await page.keyboard.press('Space');
  await expect(shown(page)).toHaveText(/^\d+ of 1,000/);
  await expect(other).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(cell(page, /^automobile taken for cat: /)).toHaveAttribute('aria-pressed', 'true');
  // The table is one stop of Tab.
  await page.keyboard.press('Tab');
  await expect(table(page).locator(':focus')).toHaveCount(0);
});

test('in a difference a number shows the pictures that only one of the two has there', async ({ page }) => {
  await compared(page);
  const right = cell(page, /^cat taken for cat: /);
  const lost = -Number((await right.innerText()).replace('\u2212', '-'));
  expect(lost).toBeGreaterThan(0);
  await right.click();
  // QAT INT8 gets nothing right that FP32 misses.
  await expect(shown(page)).toHaveText(`${lost} of 1,000 test pictures.`);
  await expect(compare(page).getByText('They differ', { exact: true })).toHaveCount(lost);
});

test('pictures that only one of two models gets right are picked out and marked', async ({ page }) => {
  await compared(page);
  await expect(shown(page)).toHaveText('1,000 of 1,000 test pictures; the first 24 are shown.');
  await compare(page).getByLabel('Where they differ').check();
  await expect(shown(page)).toHaveText('20 of 1,000 test pictures.');
  await expect(compare(page).getByText('They differ', { exact: true })).toHaveCount(20);
  await compare(page).getByLabel('FP32 right, QAT INT8 wrong').check();
  await expect(shown(page)).toHaveText('15 of 1,000 test pictures.');
  await compare(page).getByLabel('QAT INT8 right, FP32 wrong').check();
  await expect(shown(page)).toHaveText('0 of 1,000 test pictures.');
  await choice(page, 'Compare').selectOption('PTQ INT8');
  await expect(shown(page)).toHaveText('25 of 1,000 test pictures; the first 24 are shown.');
  await expect(compare(page).getByLabel('PTQ INT8 right, FP32 wrong')).toBeChecked();
});

test('no axe violation, nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await compared(page);
  const check = () => accessible(page, '#step-compare');
  await cell(page, /^cat taken for cat: /).click();
  await check();
  await choice(page, 'Table of').selectOption('FP32');
  await check();
  for (const width of [320, 375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
