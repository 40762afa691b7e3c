// The page in a lecture: theme and size of text by hand, parts hidden, a clicker's keys, and a link that holds all of it.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { card, test, type Global } from './ui-page';
import { fakePage } from '../ui/address';

const visit = (page: Page, query = '') => page.goto(fakePage(`delay=1${query}`));
const panel = (page: Page) => page.locator('details', { has: page.getByText('For a lecture', { exact: true }) });
const address = (page: Page) => page.evaluate(() => (globalThis as unknown as Global).address);
const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const size = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);

test('theme and size are chosen by hand, stand in the address and are there at the next visit', async ({ page }) => {
  await visit(page);
  const [light, plain] = [await background(page), await address(page)];
  await panel(page).locator('summary').click();
  await panel(page).getByRole('radio', { name: 'Dark' }).check();
  await panel(page).getByRole('radio', { name: '150 %' }).check();
  expect(await background(page)).not.toBe(light);
  expect(await size(page)).toBe('24px');
  expect(await address(page)).toBe(plain ? `${plain}&theme=dark&text=150` : '?theme=dark&text=150');
  await visit(page);
  expect([(await background(page)) === light, await size(page)]).toEqual([false, '24px']);
  // An address comes before what was kept.
  await visit(page, '&address=theme%3Dlight%26text%3D100');
  expect([(await background(page)) === light, await size(page)]).toEqual([true, '16px']);
});

test('parts are hidden by hand and by a link; what is hidden computes on', async ({ page }) => {
  await visit(page, '&address=hide%3Dlayers%2Cruns%2Csteps%2Cglossary%2Cresults');
  for (const name of ['Which layer hurts?', 'Runs', 'Glossary', 'Results'])
    await expect(page.getByRole('region', { name, exact: true })).toHaveCount(0);
  await expect(card(page, 'load')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'The network', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await panel(page).locator('summary').click();
  await panel(page).getByRole('checkbox', { name: 'The nine steps' }).check();
  await expect(card(page, 'save')).toHaveAttribute('data-status', 'done', { timeout: 60_000 });
  expect(await address(page)).toContain('hide=layers,runs,glossary,results');
});

test('a clicker goes from part to part where it is asked to, and opens the steps it comes to', async ({ page }) => {
  await visit(page);
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('heading', { name: 'How few bits will do?' })).not.toBeFocused();
  await visit(page, '&address=present%3D1');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const names = ['How few bits will do?', 'The network', 'Which layer hurts?'];
  for (const name of names) {
    await page.keyboard.press('PageDown');
    await expect(page.getByRole('heading', { name, exact: true })).toBeFocused();
  }
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await expect(card(page, 'fuse').getByRole('heading', { level: 2 })).toBeFocused();
  await expect(card(page, 'fuse').getByText('In a finished network')).toBeVisible();
  await page.keyboard.press('PageUp');
  await expect(card(page, 'load').getByRole('heading', { level: 2 })).toBeFocused();
});

test('at the largest text nothing scrolls sideways, all steps open, and axe finds nothing in a theme by hand', async ({
  page,
}) => {
  await visit(page, '&address=text%3D175%26theme%3Ddark');
  await panel(page).locator('summary').click();
  await page.getByRole('button', { name: 'Open all steps' }).click();
  // What is out of sight is laid out too, and a part that cuts off what it has no room for is found.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { content-visibility: visible !important; }');
    document.adoptedStyleSheets.push(sheet);
  });
  for (const width of [375, 768, 1024, 1600]) {
    await page.setViewportSize({ width, height: 800 });
    const wider = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.card')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ id }) => id),
    );
    expect(wider, `${width} px`).toEqual([]);
  }
  await accessible(page);
});
