// The picture of the network and the node that is looked into: on invented figures what the page shows and says, on the real
// network what a hand finds out.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { choose, lookedAt, png } from './pictures';
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

test('a picture of the visitor’s own has its maps and a product too, and follows the square cut out of it', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await step(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  await node(page, 'conv1').click();
  const which = (name: string) => inspector(page).getByRole('radio', { name });
  await expect(inspector(page)).toContainText(/Validation picture 1: \w+\..*FP32: \w+ [✓✗]/s);
  await expect(which('Your own picture')).toHaveCount(0);
  // Dark on the left, bright on the right: cut out of the middle it is between.
  await choose(
    page,
    png(96, 32, (x) => (x < 32 ? [30, 30, 30] : x < 64 ? [90, 90, 90] : [250, 250, 250])),
  );
  await which('Validation pictures').focus();
  await page.keyboard.press('ArrowRight');
  await expect(which('Your own picture')).toBeChecked();
  await expect(inspector(page)).toContainText(/Your own picture\.\s*FP32: cat\s*Simulated: cat\s*Integer: cat\s+FP32/);
  expect(await lookedAt(page)).toEqual({ by: 'maps', bytes: 3072, red: 90 });
  await expect(inspector(page).getByRole('button', { name: 'Next picture' })).toHaveCount(0);
  await inspector(page).getByRole('button', { name: 'Walk through' }).click();
  await expect(inspector(page)).toContainText('147 products');
  expect(await lookedAt(page)).toEqual({ by: 'walk', bytes: 3072, red: 90 });
  // It stays the choice for another node, and when another square is cut out.
  await node(page, 'maxpool').click();
  await expect(which('Your own picture')).toBeChecked();
  const square = step(page, 'compare').getByRole('application', { name: 'Square that is cut out' });
  for (let i = 0; i < 40; i++) await square.press('ArrowRight');
  await expect(inspector(page)).toContainText('FP32: truck');
  expect(await lookedAt(page)).toEqual({ by: 'maps', bytes: 3072, red: 250 });
  await which('Validation pictures').check();
  await expect(inspector(page)).toContainText(/Validation picture 1: \w+\..*FP32: \w+ [✓✗]/s);
});

test('before and after training: scales, codes that changed, noise, and both over one axis', async ({ page }) => {
  await open(page, 'delay=1');
  await node(page, 'conv1').click();
  const shown = (name: string) => inspector(page).getByRole('radio', { name });
  await shown('Trained').check();
  await expect(inspector(page)).toContainText('Run 1 has trained nothing yet. Run step 6, Train;');
  await page.getByRole('button', { name: /^Heal it/ }).click();
  await expect(page.getByRole('region', { name: 'Results' })).toHaveAttribute('data-complete', 'true', LONG);
  const rows = inspector(page).getByRole('region', { name: 'The layer before and after training' }).getByRole('row');
  await expect(rows).toHaveText([
    /Figure\s*PTQ\s*Trained/,
    /Scale of what leaves it\s*0\.063\s*0\.0315/,
    /Zero point\s*0\s*0/,
    /Scale of its weights, mean of all channels\s*0\.313\s*0\.156/,
    /SQNR against FP32\s*20\.0 dB\s*26\.0 dB/,
  ]);
  await expect(inspector(page)).toContainText('Training has changed 25.0\u00a0% of its weights’ codes.');
  const activations = inspector(page).getByRole('img', { name: /^Activations of conv1 over their codes/ });
  await expect(activations).toHaveCount(2);
  await expect(inspector(page).getByRole('img', { name: /^Weights of conv1 over their codes/ })).toHaveCount(2);
  // Half the scale on the same axis: what the outermost code does not reach is clipped.
  await expect(activations.nth(0).locator('.cut')).toHaveCount(0);
  await expect(activations.nth(1).locator('.cut')).toHaveCount(1);
  await accessible(page, '#network-card');
  // Another node is shown the same way; by keys back to PTQ.
  await node(page, 'maxpool').click();
  await expect(rows).toHaveText([/Figure/, /SQNR against FP32/]);
  await shown('Trained').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(shown('PTQ')).toBeChecked();
  await expect(inspector(page)).toContainText('One picture');
});

test('no axe violation, light and dark', async ({ page }) => {
  await open(page, 'delay=1');
  await stage(page, 'Fused').check();
  await accessible(page, '#network-card');
  await stage(page, 'Converted').check();
  await node(page, 'conv1').click();
  await inspector(page).getByRole('button', { name: 'Walk through' }).click();
  await expect(inspector(page)).toContainText('147 products');
  await accessible(page, '#network-card');
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
