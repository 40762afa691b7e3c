// Terms of the glossary within sentences: their meanings by keyboard, pointer and touch, and where they may stand.
// Not for the texts: words/en/glossary.ts.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { card, openFolded, test } from './ui-page';

const MEANING = 'The distance between the real numbers that two neighbouring codes stand for.';
const term = (page: Page) => card(page, 'configure').getByRole('button', { name: 'scale', exact: true });
const bubble = (page: Page) => page.getByRole('tooltip').filter({ hasText: MEANING });
const visit = (page: Page, query = '') => openFolded(page, `delay=1${query}#step-configure`);

test('a term says its meaning when the keyboard comes to it, until Escape or until it goes on', async ({ page }) => {
  await visit(page);
  await card(page, 'configure').getByRole('button', { name: 'zero point' }).focus();
  await page.keyboard.press('Tab');
  await expect(term(page)).toBeFocused();
  await expect(term(page)).toHaveAccessibleDescription(`Scale ${MEANING}`);
  await expect(bubble(page)).toBeVisible();
  await expect(page.getByRole('tooltip')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(bubble(page)).toBeHidden();
  await expect(term(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(bubble(page)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(bubble(page)).toBeHidden();
});

test('under a pointer the meaning stays while the pointer is on it, and Escape takes it away', async ({ page }) => {
  await visit(page);
  await term(page).hover();
  await expect(bubble(page)).toBeVisible();
  // From the term straight down onto its meaning.
  const [from, to] = [(await term(page).boundingBox())!, (await bubble(page).boundingBox())!];
  await page.mouse.move(from.x + 5, to.y + to.height / 2, { steps: 10 });
  await expect(bubble(page)).toBeVisible();
  await page.mouse.move(0, 0, { steps: 5 });
  await expect(bubble(page)).toBeHidden();
  await term(page).hover();
  await expect(bubble(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bubble(page)).toBeHidden();
});

test.describe('on a small screen', () => {
  test.use({ viewport: { width: 375, height: 700 }, hasTouch: true });

  test('a tap shows the meaning within the page, a tap elsewhere takes it away', async ({ page }) => {
    await visit(page);
    await term(page).tap();
    await expect(bubble(page)).toBeInViewport({ ratio: 1 });
    const box = (await bubble(page).boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(375);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    await accessible(page, '#step-configure');
    await card(page, 'configure').getByText('An integer code stands').tap();
    await expect(bubble(page)).toBeHidden();
  });
});

test('each term in a step is one of the glossary, where a link finds it', async ({ page }) => {
  await visit(page);
  await page.getByRole('button', { name: 'Open all steps' }).click();
  const described = await page
    .locator('[data-step] [role=tooltip] strong')
    .evaluateAll((names) => names.map((name) => name.textContent));
  const names = await page.locator('dt[id^=term-]').allTextContents();
  expect(described.length).toBeGreaterThan(10);
  expect(names).toEqual(expect.arrayContaining(described));
  await expect(page.locator('#term-scale')).toHaveText('Scale');
  await expect(
    card(page, 'compare').locator('.idea').getByRole('tooltip', { includeHidden: true }).locator('strong'),
  ).toHaveText(['Control', 'PTQ', 'QAT', 'Fake-quant', 'Agreement']);
});
