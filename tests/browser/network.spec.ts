// The picture of the network and the node that is looked into: on invented figures what the page shows and says, on the real
// network what a hand finds out.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { card as step, done, open, test } from './ui-page';
import { LONG } from './training-page';
import type { FakeWorkers } from '../ui/fake-workers';

const card = (page: Page) => page.getByRole('region', { name: 'The network', exact: true });
const node = (page: Page, id: string) => card(page).locator(`[data-node="${id}"]`);
const stage = (page: Page, name: string) => card(page).getByRole('radio', { name });
const measure = (page: Page) => card(page).getByLabel('Coloured by');
const inspector = (page: Page) => card(page).locator('.inspector');
const highest = (page: Page) => inspector(page).getByRole('slider', { name: 'Highest value with a code' });
const asked = (page: Page) => page.evaluate(() => (globalThis as unknown as { fake: FakeWorkers }).fake.stops.asked);

test('the steps change the network: what fuses is marked, stubs are new, converted it has its bits', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await stage(page, 'Loaded').check();
  await expect(node(page, 'bn1')).toHaveAccessibleName('bn1, BatchNorm2d, 64 × 16 × 16');
  await step(page, 'fuse').getByRole('button', { name: /^Run/ }).click();
  await expect(stage(page, 'Fused')).toBeChecked();
  await expect(node(page, 'conv1')).toHaveAccessibleName('conv1, ConvBnReLU2d, 64 × 16 × 16, changed');
  await expect(node(page, 'bn1')).toHaveAccessibleName('bn1, BatchNorm2d, 64 × 16 × 16, gone');
  await expect(card(page).locator('[data-mark=removed]')).toHaveCount(29);
  await step(page, 'prepare').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'prepare');
  await expect(stage(page, 'Prepared')).toBeChecked();
  await expect(card(page).locator('[data-mark=added]')).toHaveCount(2);
  await expect(node(page, 'bn1')).toHaveCount(0);
  await stage(page, 'Converted').check();
  await expect(node(page, 'layer1.0.conv1')).toHaveAccessibleName(
    'layer1.0.conv1, QuantizedConvReLU2d, 64 × 8 × 8, changed, Bits of weights: 8 bits',
  );
  // The slider's widths are the picture's.
  const lesson = page.getByRole('region', { name: 'How few bits will do?' });
  await lesson.getByLabel('Both together').uncheck();
  await lesson.getByRole('slider', { name: 'Weight bits' }).fill('3');
  await expect(node(page, 'layer1.0.conv1').locator('.value')).toHaveText('3 bits');
});

test('a measure that is not known yet is one press away, and colours the nodes', async ({ page }) => {
  await open(page, 'delay=1');
  await measure(page).selectOption('Noise (SQNR)');
  await expect(node(page, 'conv1').locator('.value')).toHaveText('');
  await card(page).getByRole('button', { name: 'Look into every layer' }).click();
  await expect(node(page, 'conv1').locator('.value')).toHaveText('30.0 dB');
  const share = (id: string) => node(page, id).evaluate((e) => Number(e.style.getPropertyValue('--share')));
  // The quietest layer has no colour; the noisiest has 20 of its 30 dB.
  expect([await share('conv1'), await share('layer4.1.conv2')]).toEqual([0, 33]);
  await measure(page).selectOption('Time');
  await card(page).getByRole('button', { name: 'Time every layer' }).click();
  await expect(node(page, 'conv1').locator('.value')).toHaveText(/µs$/);
});

test('by keys alone: one stop for Tab, arrows along the network, Enter opens, a handle moves', async ({ page }) => {
  await open(page, 'delay=1');
  await stage(page, 'Converted').focus();
  await page.keyboard.press('Tab');
  await expect(measure(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(node(page, 'input')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(node(page, 'conv1')).toBeFocused();
  await page.keyboard.press('End');
  await expect(node(page, 'dequant')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(node(page, 'input')).not.toBeFocused();
  await node(page, 'conv1').focus();
  await page.keyboard.press('Enter');
  await expect(node(page, 'conv1')).toHaveAttribute('aria-pressed', 'true');
  await expect(inspector(page)).toContainText('conv1: QuantizedConvReLU2d');
  await highest(page).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(inspector(page)).toContainText('PTQ’s range again');
  await expect(inspector(page)).toContainText('points against PTQ’s own range');
  await inspector(page).getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Enter');
  await expect(inspector(page)).toHaveCount(0);
});

test('the clip range answers to the hand: error, codes, and what the integer network gets right', async ({ page }) => {
  await open(page, 'delay=1');
  await node(page, 'conv1').click();
  const fact = (name: string) => inspector(page).locator('dl > div').filter({ hasText: name }).locator('dd').first();
  await expect(fact('Scale')).toHaveText('0.063');
  const clipping = await fact('Error of clipping').innerText();
  await highest(page).fill('4');
  // Half the range: half the step.
  await expect(fact('Scale')).toHaveText('0.0315');
  expect(await fact('Error of clipping').innerText()).not.toBe(clipping);
  await expect(inspector(page).getByText('The integer network:')).toContainText(
    /70\.0.% right, −10\.00 points\s+against PTQ’s own range/,
  );
  expect((await asked(page)).filter((one) => one.includes('{'))).toEqual(['8/8 {"conv1":[0,4]}']);
  await inspector(page).getByRole('button', { name: 'PTQ’s range again' }).click();
  await expect(fact('Scale')).toHaveText('0.063');
  await expect(inspector(page)).toContainText('The range is PTQ’s.');
  // A range is of one network: at other widths it is PTQ's again.
  await highest(page).fill('4');
  await expect(inspector(page).getByRole('button', { name: 'PTQ’s range again' })).toBeVisible();
  await page.getByRole('region', { name: 'How few bits will do?' }).getByLabel('Bits per number').fill('7');
  await expect(inspector(page)).toContainText('The range is PTQ’s.');
});

test('maps in float, integers and their difference; one product is walked through', async ({ page }) => {
  await open(page, 'delay=1');
  await node(page, 'conv1').click();
  await expect(inspector(page)).toContainText('Difference, at most 0.5 steps');
  await expect(inspector(page)).toContainText('1 of 16,384 codes differ');
  await inspector(page).getByRole('spinbutton', { name: 'Channel' }).fill('2');
  await inspector(page).getByRole('button', { name: 'Walk through' }).click();
  await expect(inspector(page)).toContainText('147 products of a code less 0 with a weight’s code; 3 are not 0');
  await expect(inspector(page).locator('dl').last()).toContainText('12 + 8 = 20');
  await expect(inspector(page).locator('dl').last()).toContainText('(5 − 0) × 0.5 = 2.5');
  await inspector(page).getByRole('spinbutton', { name: 'Row' }).fill('16');
  await expect(inspector(page).getByRole('button', { name: 'Walk through' })).toHaveAttribute('aria-disabled', 'true');
  await node(page, 'maxpool').click();
  await expect(inspector(page)).toContainText('It has no codes of its own');
  await expect(inspector(page)).toContainText('not one code differs');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`no axe violation, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, 'delay=1');
    await stage(page, 'Fused').check();
    const violations = async () => (await new AxeBuilder({ page }).include('#network-card').analyze()).violations;
    expect(await violations()).toEqual([]);
    await stage(page, 'Converted').check();
    await node(page, 'conv1').click();
    await inspector(page).getByRole('button', { name: 'Walk through' }).click();
    await expect(inspector(page)).toContainText('147 products');
    expect(await violations()).toEqual([]);
  });

test('the real network: a range halved by hand moves its integers, and a walked product is the map’s code', async ({
  page,
}) => {
  await page.goto('/?backend=wasm&weight-bits=4&activation-bits=4');
  await node(page, 'layer1.0.conv1').click();
  await expect(inspector(page).getByRole('button', { name: 'Walk through' })).toBeVisible(LONG);
  await expect(inspector(page)).toContainText('not one code differs');
  await inspector(page).getByRole('button', { name: 'Walk through' }).click();
  await expect(inspector(page)).toContainText('576 products of a code');
  // A tenth of the range: nearly all of it is clipped.
  await highest(page).fill(String(0.1 * Number(await highest(page).getAttribute('max'))));
  await expect(inspector(page)).toContainText('on 1,000 validation pictures', LONG);
  const text = await inspector(page).getByRole('status').first().innerText();
  expect(text).toMatch(/−\d+\.\d\d points against/);
});
