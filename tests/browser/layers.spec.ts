// Which layer hurts: on invented figures what the page shows and says, on the real network what it finds.
import { expect, test, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import { readLayerBits } from '../../src/recipe/layer-bits';
import { noteComplaints } from '../complaints';
import type { FakeWorkers } from '../ui/fake-workers';
import { accessible } from './accessible';
import { LONG } from './training-page';
import { fakePage } from '../ui/address';

const complaints: string[] = [];
test.beforeEach(({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error', 'warning']);
});
test.afterEach(() => expect(complaints).toEqual([]));

const card = (page: Page) => page.getByRole('region', { name: 'Which layer hurts?' });
const button = (page: Page, name: string) => card(page).getByRole('button', { name, exact: true });
const table = (page: Page) => card(page).getByRole('region', { name: 'What each layer loses' });
const front = (page: Page) => card(page).getByRole('region', { name: 'Networks that no other beats' });
const cells = (page: Page, row: number) => table(page).getByRole('row').nth(row).locator('th, td').allInnerTexts();
const searched = async (page: Page) => {
  await button(page, 'Search').click();
  await expect(button(page, 'Search')).toBeVisible(LONG);
};
async function moveTo(page: Page, bits: number): Promise<void> {
  const lesson = page.getByRole('region', { name: 'How few bits will do?' });
  await lesson.getByLabel('Both together').uncheck();
  await lesson.getByRole('slider', { name: 'Weight bits' }).fill(String(bits));
}
const layerBits = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { playground: Project }).playground.recipe.layerBits);

test('every layer tells what it loses; after training, what training made of it', async ({ page }) => {
  await page.goto(fakePage('delay=1'));
  await button(page, 'Look into every layer').click();
  await expect(table(page)).toBeVisible();
  expect(await cells(page, 1)).toEqual(['conv1', '30.0 dB', '1.25\u00a0%', '25\u00a0%', '3 of 128', '4.0×', '0']);
  // An average passes codes on.
  expect(await cells(page, 4)).toEqual(['avgpool', '15.0 dB', '', '', '', '', '3 of 65,536']);

  await page.getByRole('button', { name: /^Heal it/ }).click();
  await expect(page.getByRole('button', { name: /^Healed/ })).toBeVisible(LONG);
  await expect(page.getByRole('region', { name: 'Results' })).toHaveAttribute('data-complete', 'true', LONG);
  await button(page, 'Look into every layer').click();
  await expect(table(page)).toContainText('after QAT');
  expect((await cells(page, 1)).slice(0, 3)).toEqual(['conv1', '30.0 dB', '36.0 dB']);
  // Another width is another network.
  await moveTo(page, 3);
  await expect(table(page)).toHaveCount(0);
});

test('a search gives each layer its bits: its front can be used, and fills in what a layer costs alone', async ({
  page,
}) => {
  await page.goto(fakePage('delay=1'));
  await searched(page);
  await expect(front(page).getByRole('row')).not.toHaveCount(0);
  const row = front(page).getByRole('row').filter({ hasText: '1 × 8 bits, 2 × 2 bits' });
  await expect(row).toContainText('75.0\u00a0%');
  await button(page, 'Look into every layer').click();
  expect((await cells(page, 3)).at(-1)).toBe('−15.00 points');
  await row.getByRole('button', { name: 'Use these' }).click();
  expect(await layerBits(page)).toBe('conv1=2/8,layer1.0.conv1=2/8,layer4.1.conv2=8/8');
  // What was looked into had other bits; the search stays.
  await expect(table(page)).toHaveCount(0);
  await expect(front(page)).toBeVisible();
});

test('a search can be ended, and one that fails says why; what was found stays', async ({ page }) => {
  await page.goto(fakePage('delay=100'));
  await button(page, 'Search').click();
  await expect(card(page).getByRole('status')).toHaveText(/^[3-9] networks measured…/);
  await button(page, 'End the search').click();
  await expect(button(page, 'Search')).toBeVisible();
  await expect(card(page).locator('svg')).toBeVisible();
  await page.evaluate(() => void ((globalThis as unknown as { fake: FakeWorkers }).fake.search.fails = true));
  await button(page, 'Search').click();
  await expect(card(page).getByRole('alert')).toHaveText('There is no memory for this network. Close other tabs.');
});

test('no axe violation, light and dark', async ({ page }) => {
  await page.goto(fakePage('delay=1'));
  await searched(page);
  await button(page, 'Look into every layer').click();
  await expect(table(page)).toBeVisible();
  await accessible(page, '#layers-card');
});

test('the real network: layers are compared, and a search measures while the slider answers', async ({ page }) => {
  await page.goto('/?backend=wasm&ranges=mse&weight-bits=3&activation-bits=8&keep-eight=edges');
  await button(page, 'Look into every layer').click();
  await expect(table(page)).toContainText('layer4.1.conv2', LONG);
  const loud = parseFloat((await cells(page, 1))[1]);
  // The first layer has 8 bits here: its 7-bit codes, whose range its largest values set, leave more than 25 dB.
  expect(loud).toBeGreaterThan(25);
  await button(page, 'Search').click();
  await expect(card(page).getByRole('status')).toHaveText(/^[4-9] networks measured…/, LONG);
  await moveTo(page, 8);
  await expect(page.getByText('Measured here: quantized to 8/8 bits')).toBeVisible(LONG);
  await button(page, 'End the search').click();
  await expect(button(page, 'Search')).toBeVisible(LONG);
  await moveTo(page, 3);
  const best = front(page).getByRole('row').last();
  await best.getByRole('button', { name: 'Use these' }).click();
  const layers = readLayerBits(await layerBits(page))!;
  // conv1 and fc stay at 8 bits by the recipe.
  expect(layers.size).toBe(19);
  expect([...layers.values()].every(({ activationBits }) => activationBits === 8)).toBe(true);
});
