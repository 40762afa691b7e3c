// One training step in slow motion, the scales of a layer over time and the tables behind the charts, on fake workers.
import { expect } from '@playwright/test';
import { accessible } from './accessible';
import { calls, card, test, trainLong } from './ui-page';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

test('a step is taken of the layer with most flips, and shown in four stages', async ({ page }) => {
  const { train } = await trainLong(page);
  const slow = train.getByRole('region', { name: 'One step in slow motion' });
  await slow.getByRole('button', { name: 'One step, slowly' }).click();
  const status = slow.getByRole('status');
  await expect(status).toHaveText('Stage 1 of 4: quantize');
  expect(await calls(page)).toContain('step layer1.0.conv1');
  await expect(train.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(slow).toContainText('output channel 3 of 64');
  await expect(slow).toContainText('divided by the channel’s scale, 0.5, and rounded to a whole number from -8 to 7');
  await expect(slow).toContainText('multiplied by 2');
  await expect(slow.getByRole('img', { name: /^The stairs of this channel/ }).locator('circle')).toHaveCount(18);
  const next = slow.getByRole('button', { name: 'Next' });
  await next.click();
  await expect(status).toHaveText('Stage 2 of 4: forward');
  await expect(slow).toContainText(/Its loss before the update is \d\.\d{4}\./);
  await next.click();
  const gradients = slow.getByRole('group', { name: 'Gradients' });
  await expect(gradients.getByText('×')).toHaveCount(1);
  await expect(gradients.getByText('2.5', { exact: true })).toBeVisible();
  await expect(slow).toContainText('3 of the 36,864 weights of this layer');
  await next.click();
  await expect(status).toHaveText('Stage 4 of 4: update');
  await expect(slow.getByRole('group', { name: 'Codes after the step' }).getByText('6→5')).toHaveCount(1);
  await expect(slow).toContainText('The scale itself went from 0.5 to 0.4.');
  await slow.getByText('As a table').click();
  const table = slow.getByRole('region', { name: 'The weights of this step' });
  await expect(table.getByRole('row')).toHaveCount(19);
  await expect(table.getByRole('row', { name: /^6, 1 / })).toContainText('5, flipped');
  await expect(table.getByRole('row', { name: /^6, 2 / })).toContainText('none: clipped');
  await slow.getByRole('button', { name: 'Back' }).click();
  await expect(status).toHaveText('Stage 3 of 4: backward');
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await accessible(page, '[data-step=train]');
});

test('another layer is looked at where it is picked, and its scale over time has a table', async ({ page }) => {
  const { train } = await trainLong(page);
  const slow = train.getByRole('region', { name: 'One step in slow motion' });
  await slow.getByRole('combobox', { name: 'Layer' }).selectOption('conv1');
  await slow.getByRole('button', { name: 'One step, slowly' }).click();
  await expect(slow).toContainText('layer conv1');
  expect(await calls(page)).toContain('step conv1');
  const chart = card(page, 'train').getByRole('figure').filter({ hasText: 'Scale of a layer’s weights' });
  await expect(chart.getByRole('img')).toHaveAccessibleName(/conv1: 0\.\d+ at step \d+\.$/);
  await chart.getByText('As a table').click();
  await expect(chart.getByRole('row', { name: /^1 0\.021$/ })).toBeVisible();
});

test('the scale of a layer’s output is picked for the same chart, and has a table as well', async ({ page }) => {
  const { train } = await trainLong(page);
  const pick = train.getByRole('combobox', { name: 'Scale of' });
  await expect(pick.locator('optgroup[label=Activations] option')).toHaveText(['quant', 'conv1']);
  await pick.selectOption('activations conv1');
  const chart = train.getByRole('figure').filter({ hasText: 'Scale of a layer’s output' });
  await train.getByRole('button', { name: 'Pause' }).click();
  await expect(train.getByRole('button', { name: 'Resume' })).toBeVisible();
  await chart.getByText('As a table').click();
  const newest = chart.getByRole('row').last();
  const step = Number(await newest.getByRole('rowheader').textContent());
  const scale = String(Number((0.05 + 0.001 * step).toPrecision(3)));
  await expect(newest.getByRole('cell')).toHaveText(scale);
  await expect(chart.getByRole('img')).toHaveAccessibleName(new RegExp(`conv1: ${scale} at step ${step}\\.$`));
  await expect(chart.getByRole('columnheader')).toHaveText(['Step', 'Of the whole output']);
  await pick.selectOption('weights layer1.0.conv1');
  await expect(train.getByRole('figure').filter({ hasText: 'Scale of a layer’s weights' })).toBeVisible();
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await accessible(page, '[data-step=train]');
});
