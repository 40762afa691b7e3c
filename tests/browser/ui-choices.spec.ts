// The choices of a recipe: fields, presets, numbers and the address, and what each makes stale.
// Not for real workers: tests/e2e.
import { expect, type Page } from '@playwright/test';
import { calls, card, done, field, forEngineers, open, recipe, runAll, runs, test, type Global } from './ui-page';

test('choices reach the project; one that changes makes what works on it stale, to be run again from there', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await page.getByLabel('Observe only, as in the article').check();
  await field(page, 'Steps').fill('5');
  await card(page, 'prepare').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'prepare');
  await expect(page.getByRole('slider', { name: /^Weights/ })).toBeEnabled();
  expect(await recipe(page)).toMatchObject({ weightBits: 4, qconfig: 'fbgemm', steps: 5 });

  await page.getByRole('slider', { name: /^Weights/ }).fill('3');
  for (const step of ['configure', 'prepare']) {
    await expect(card(page, step)).toHaveAttribute('data-status', 'stale');
    await expect(card(page, step)).toContainText('What stands here was made with the choices before');
  }
  await done(page, 'verify');
  await expect(card(page, 'prepare').getByRole('button', { name: /^Run up to here/ })).toBeVisible();
  // Changing back is as if nothing had been.
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await done(page, 'prepare');
  await page.getByRole('slider', { name: /^Weights/ }).fill('3');
  await card(page, 'configure')
    .getByRole('button', { name: /^Run again from here/ })
    .click();
  await done(page, 'configure');
  await expect(card(page, 'prepare')).toHaveAttribute('data-status', 'stale');
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
});

test('a whole recipe by name sets what it knows; a choice of one’s own is said to be that', async ({ page }) => {
  await open(page, `address=${encodeURIComponent('?seed=7')}`);
  const presets = card(page, 'configure').getByRole('combobox', { name: 'A whole recipe by name' });
  await expect(presets).toHaveValue('as_opened');
  await presets.selectOption('W2A2, learned scales');
  const chosen = { weightBits: 2, activationBits: 2, qconfig: 'lsq', keepEight: 'edges_and_sums', seed: 7 };
  expect(await recipe(page)).toMatchObject(chosen);
  await expect(card(page, 'configure').getByRole('slider', { name: /^Weights/ })).toHaveValue('2');

  await card(page, 'configure')
    .getByRole('slider', { name: /^Weights/ })
    .fill('4');
  await expect(presets).toHaveValue('');
  await expect(card(page, 'configure')).toContainText('Some choices are your own.');
  await presets.selectOption('As the page opens');
  expect(await recipe(page)).toMatchObject({ weightBits: 3, qconfig: 'fbgemm_qat', seed: 7 });

  await forEngineers(page, 'configure');
  await card(page, 'configure')
    .getByRole('radio', { name: /^Flipped/ })
    .check();
  await card(page, 'configure')
    .getByRole('radio', { name: /^Made alike/ })
    .check();
  expect(await recipe(page)).toMatchObject({ rounding: 'flipped', equalize: true, correctBias: false });
  const layers = card(page, 'configure').getByRole('textbox', { name: 'Layers with bits of their own' });
  await layers.fill('fc = 9/8');
  await layers.press('Enter');
  await expect(card(page, 'configure')).toContainText('Not used: write it like "layer4.1.conv2=2/4,fc=8/8"');
  expect(await recipe(page)).toMatchObject({ layerBits: '' });
  await layers.fill('layer1.0.conv1=2/4, fc=8/8');
  await layers.press('Enter');
  await expect(card(page, 'configure')).not.toContainText('Not used:');
  expect(await recipe(page)).toMatchObject({ layerBits: 'layer1.0.conv1=2/4,fc=8/8' });
});

test('another number of test pictures runs the comparison again, and nothing before it', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  await field(page, 'Test pictures').fill('500');
  await field(page, 'Test pictures').blur();
  await done(page, 'convert');
  await expect(card(page, 'compare')).toHaveAttribute('data-status', 'stale');
  await card(page, 'compare')
    .getByRole('button', { name: /^Run again from here/ })
    .click();
  await done(page, 'compare');
  await expect(card(page, 'compare')).toContainText('Five models on 500 test pictures');
  expect(await calls(page)).toEqual([]);
});

test('a number out of range is named and not used', async ({ page }) => {
  await open(page);
  await field(page, 'Batch').fill('0');
  await field(page, 'Batch').blur();
  await expect(card(page, 'train')).toContainText('Not used: choose a whole number from 1 to 512.');
  expect((await recipe(page)).batch).toBe(32);
});

test('numbers with a comma or grouped as the page writes them are read; what means two things is refused', async ({
  page,
}) => {
  await open(page);
  const train = card(page, 'train');
  const type = async (name: string, text: string): Promise<void> => {
    await field(page, name).fill('');
    await field(page, name).pressSequentially(text);
    await field(page, name).blur();
  };
  const options = () => recipe(page);
  await type('Learning rate', '0,001');
  await type('Steps', '10,000');
  expect(await options()).toMatchObject({ learningRate: 0.001, steps: 10_000 });
  await expect(field(page, 'Steps')).toHaveValue('10000');
  await type('Learning rate', '0,0003');
  await type('Batch', '2,5');
  await expect(train).toContainText('Not used: choose a whole number from 1 to 512. 32 stays.');
  await expect(page.locator('[aria-live=polite]')).toContainText('Batch: Not used');
  await expect(field(page, 'Batch')).toHaveValue('2,5');
  await expect(field(page, 'Batch')).toHaveAttribute('aria-invalid', 'true');
  expect(await options()).toMatchObject({ learningRate: 0.0003, batch: 32 });
  await type('Batch', '64');
  await expect(field(page, 'Batch')).toHaveAttribute('aria-invalid', 'false');
  expect(await options()).toMatchObject({ batch: 64 });
});

test('the learning rate stays or falls to zero along a cosine', async ({ page }) => {
  await open(page);
  const choices = card(page, 'train').getByRole('radiogroup', { name: 'Schedule of the learning rate' });
  const options = () => recipe(page);
  for (const [name, schedule] of [
    ['Cosine to zero', 'cosine'],
    ['Constant', 'constant'],
  ]) {
    await choices.getByRole('radio', { name }).check();
    expect(await options()).toMatchObject({ schedule });
  }
});

test('the wheel scrolls the page and changes no number; arrows go by one, for the learning rate by factors', async ({
  page,
}) => {
  await open(page);
  const options = () => recipe(page);
  const before = await options();
  await forEngineers(page, 'train');
  for (const name of ['Steps', 'Batch', 'Learning rate', 'Seed', 'Test pictures']) {
    await field(page, name).click();
    await page.mouse.wheel(0, 10);
    await page.mouse.wheel(0, -10);
    await field(page, name).blur();
  }
  const scrolled = await page.evaluate(() => scrollY);
  await field(page, 'Steps').click();
  await page.mouse.wheel(0, 100);
  await expect.poll(() => page.evaluate(() => scrollY)).not.toBe(scrolled);
  expect(await options()).toEqual(before);
  await field(page, 'Steps').press('ArrowUp');
  await field(page, 'Learning rate').press('ArrowDown');
  expect(await options()).toEqual({ ...before, steps: 61, learningRate: 5e-4 });
  await field(page, 'Seed').press('ArrowDown');
  await field(page, 'Learning rate').press('ArrowUp');
  expect(await options()).toEqual({ ...before, steps: 61 });
});

const address = (page: Page) => page.evaluate(() => (globalThis as unknown as Global).address);

test('the address holds the choices of the run in hand', async ({ page }) => {
  await open(page, `address=${encodeURIComponent('?weight-bits=4&seed=7')}`);
  expect(await recipe(page)).toMatchObject({ weightBits: 4, seed: 7 });
  await expect(page.getByRole('slider', { name: /^Weights/ })).toHaveAttribute('aria-valuetext', '4 bits');
  await page.getByRole('slider', { name: /^Activations/ }).fill('5');
  await expect.poll(() => address(page)).toBe('?weight-bits=4&activation-bits=5&seed=7');
  await runs(page).getByRole('button', { name: 'Duplicate' }).click();
  await page.getByRole('slider', { name: /^Weights/ }).fill('8');
  await expect.poll(() => address(page)).toBe('?weight-bits=8&activation-bits=5&seed=7');
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await expect.poll(() => address(page)).toBe('?weight-bits=4&activation-bits=5&seed=7');
});

test('an address that asks for what cannot be is not followed in part: the page says so', async ({ page }) => {
  const asked = '?seed=7&weight-bits=12';
  await open(page, `address=${encodeURIComponent(asked)}`);
  await expect(page.locator('header').first()).toContainText(
    'The address of this page was not followed: weightBits is 12. Choose a whole number from 2 to 8.',
  );
  expect(await recipe(page)).toMatchObject({ weightBits: 3, seed: 0 });
  expect(await address(page)).toBe(asked);
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await expect.poll(() => address(page)).toBe('?weight-bits=4');
});
