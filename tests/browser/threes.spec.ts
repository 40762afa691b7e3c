// FP32, simulated and integer network in step: on invented maps what the page shows and says, on the real network that the two
// that should be equal are.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { choose, lookedAt, png } from './pictures';
import { card, done, open, test } from './ui-page';
import { LONG } from './training-page';

const part = (page: Page) => page.getByRole('region', { name: 'Three in step' });
const button = (page: Page, name: string) => part(page).getByRole('button', { name, exact: true });
const told = (page: Page) => part(page).getByRole('status').first();
const layers = (page: Page) => part(page).getByRole('region', { name: 'Layers of the three networks' });
const layer = (page: Page, name: string) =>
  layers(page)
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name, exact: true }) });
const look = async (page: Page) => {
  await button(page, 'Run all three').click();
  await expect(layers(page)).toBeVisible();
};
const heal = async (page: Page) => {
  await page.getByRole('button', { name: /^Heal it/ }).click();
  await expect(page.getByRole('region', { name: 'Results' })).toHaveAttribute('data-complete', 'true', LONG);
};

test('three columns, a row for each layer in order; where codes differ, how many and why', async ({ page }) => {
  await open(page, 'delay=1');
  await look(page);
  await expect(told(page)).toHaveText(/Codes differ in 1 of \d+ layers; the first is conv1\./);
  const names = await layers(page).getByRole('listitem').getByRole('button').allInnerTexts();
  expect(names.map((name) => name.replace(/[▸▾]/u, '').trim()).slice(0, 4)).toEqual([
    'quant',
    'conv1',
    'maxpool',
    'layer1.0.conv1',
  ]);
  const conv1 = layer(page, 'conv1');
  await expect(conv1.locator('dl > div')).toHaveText([
    /^FP32 0\.0313 to 7\.97, mean 4$/,
    /^Simulated codes 0 to 127, mean 63\.5$/,
    /^Integer codes 0 to 127, mean 63\.5$/,
  ]);
  await expect(conv1).toContainText('1 of 16,384 codes differ, by at most 1');
  await expect(conv1).toContainText('1 code: a tie. The float sum lies within 0.0004 steps of the border');
  await expect(layer(page, 'maxpool')).toContainText('0 of 4,096 codes differ');
  await button(page, 'Next picture').click();
  await expect(part(page)).toContainText('Validation picture 2');
  // Another width is another network.
  await page.getByRole('region', { name: 'How few bits will do?' }).getByLabel('Bits per number').fill('3');
  await expect(layers(page)).toHaveCount(0);
  await expect(part(page).getByRole('radio', { name: 'PTQ at 3/3 bits' })).toBeChecked();
});

test('a layer opens in all three at once, a differing code marked; another place is marked in all', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await look(page);
  const conv1 = layer(page, 'conv1');
  await button(page, 'Open the layers that differ').click();
  await expect(conv1.getByRole('figure')).toHaveCount(3);
  await expect(layers(page).getByRole('figure')).toHaveCount(3);
  await expect(conv1.getByRole('status')).toHaveText(
    /Channel 5, row 0, column 0:\s*FP32 2\.219\s*Simulated code 36, which is 2\.25\s*Integer code 35, which is 2\.188/,
  );
  await expect(conv1.getByRole('row').nth(1).getByRole('cell')).toHaveText([
    'channel 5, row 0, column 0',
    '35.5004',
    '36',
    '35',
    'tie',
  ]);
  await conv1.getByRole('spinbutton', { name: 'Column' }).fill('1');
  await conv1.getByRole('button', { name: 'Mark in all three' }).click();
  await expect(conv1.getByRole('status')).toHaveText(/column 1:.*Simulated code 99, .*Integer code 99,/s);
  await expect(conv1.locator('.mark')).toHaveCount(3);
  // A click into one map is a place in all.
  await conv1
    .getByRole('figure')
    .nth(1)
    .locator('.tiles')
    .click({ position: { x: 3, y: 3 } });
  await expect(conv1.getByRole('status')).toHaveText(/Channel 0, row 0, column 0:/);
  await button(page, 'Fold all').click();
  await expect(layers(page).getByRole('figure')).toHaveCount(0);
});

test('a picture of the visitor’s own goes through all three', async ({ page }) => {
  await open(page, 'delay=1');
  await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  await choose(
    page,
    png(32, 32, () => [90, 90, 90]),
  );
  await look(page);
  await expect(part(page)).toContainText(/Validation picture 1: \w+\./);
  await part(page).getByRole('radio', { name: 'Your own picture' }).check();
  await expect(part(page)).toContainText(/Your own picture\.\s*FP32: cat\s*Simulated: cat\s*Integer: cat/);
  await expect(layers(page)).toBeVisible();
  expect(await lookedAt(page)).toEqual({ by: 'partings', bytes: 3072, red: 90 });
  await part(page).getByRole('radio', { name: 'Validation pictures' }).check();
  await expect(part(page)).toContainText(/Validation picture 1: \w+\./);
});

test('what was trained by two rules: scales are named, and where later layers have it from', async ({ page }) => {
  await open(page, 'delay=1');
  await part(page).getByRole('radio', { name: 'Run 1 as trained' }).check();
  await expect(part(page)).toContainText('Run 1 has trained nothing yet. Run step 6, Train;');
  await expect(part(page).getByRole('link', { name: 'step 6, Train' })).toHaveAttribute('href', '#step-train');
  await expect(button(page, 'Run all three')).toHaveCount(0);
  await heal(page);
  await look(page);
  await expect(told(page)).toHaveText(/Codes differ in 2 of \d+ layers; the first is layer1\.0\.conv1\./);
  await expect(layer(page, 'layer1.0.conv1')).toContainText(
    '3 codes: scales differ. Two rules for scales (fbgemm_fused): the weights of 64 channels were simulated with other scales than they are converted with, one with 0.0125 and converted with 0.015.',
  );
  await expect(layer(page, 'layer1.0.conv2')).toContainText(
    '1 code: follows from a difference in an earlier layer. The networks first part at layer1.0.conv1.',
  );
});

test('by keys alone: the list scrolls, a layer opens and folds', async ({ page }) => {
  await open(page, 'delay=1');
  await button(page, 'Run all three').focus();
  await page.keyboard.press('Enter');
  await layers(page).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const conv1 = button(page, 'conv1');
  await expect(conv1).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(conv1).toHaveAttribute('aria-expanded', 'true');
  await expect(layer(page, 'conv1').getByRole('figure')).toHaveCount(3);
  await page.keyboard.press('Space');
  await expect(conv1).toHaveAttribute('aria-expanded', 'false');
  await layers(page).focus();
  await page.keyboard.press('End');
  await expect(button(page, 'fc')).toBeInViewport();
});

test('the columns stand side by side, and stack within a row at 375 pixels', async ({ page }) => {
  await open(page, 'delay=1');
  await look(page);
  await button(page, 'conv1').click();
  const boxes = async (of: string) =>
    Promise.all((await layer(page, 'conv1').locator(of).all()).map(async (one) => (await one.boundingBox())!));
  for (const of of ['dl > div', 'figure']) {
    const [a, b, c] = await boxes(of);
    expect(a.y).toBe(b.y);
    expect(b.y).toBe(c.y);
    expect(a.x + a.width).toBeLessThan(b.x);
    expect(b.x + b.width).toBeLessThan(c.x);
  }
  await page.setViewportSize({ width: 375, height: 800 });
  for (const of of ['dl > div', 'figure']) {
    const [a, b, c] = await boxes(of);
    expect([b.x, c.x]).toEqual([a.x, a.x]);
    expect(a.y + a.height).toBeLessThanOrEqual(b.y);
    expect(b.y + b.height).toBeLessThanOrEqual(c.y);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test('no axe violation, light and dark', async ({ page }) => {
  await open(page, 'delay=1');
  await look(page);
  await button(page, 'Open the layers that differ').click();
  await accessible(page, '#network-card');
});

test('the real network: under one rule its simulation and its integers part by ties alone', async ({ page }) => {
  await page.goto('/?backend=wasm&weight-bits=4&activation-bits=4');
  await button(page, 'Run all three').click();
  await expect(told(page)).toHaveText(/same codes in all 32 layers|Codes differ in \d+ of 32 layers/, LONG);
  for (const cause of await layers(page).locator('.cause').allInnerTexts())
    expect(cause).toMatch(/a tie|from a difference in an earlier layer/);
});
