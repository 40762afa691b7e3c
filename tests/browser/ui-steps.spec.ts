// The steps on the page: run in order or one by one, failing and going on, training steered, what they show and save.
// Not for real workers: tests/e2e.
import { expect, type Locator, type Page } from '@playwright/test';
import {
  STEPS,
  calls,
  card,
  done,
  field,
  forEngineers,
  forgiveFailure,
  open,
  runAll,
  test,
  trainLong,
  type Global,
} from './ui-page';
import { LONG } from './training-page';
import { fakePage } from '../ui/address';

test('Run all runs the nine steps in order and shows their results', async ({ page }) => {
  await open(page, 'delay=1');
  await page.evaluate(() => {
    const { fake, playground } = globalThis as unknown as Global;
    playground.on((event) => {
      if (event.type === 'step-finished') fake.calls.push(event.step);
    });
  });
  await runAll(page);
  expect(await calls(page)).toEqual(STEPS);
  await expect(card(page, 'load')).toContainText('11,181,642');
  await expect(card(page, 'fuse')).toContainText('layer4.1.conv2 + layer4.1.bn2');
  await expect(card(page, 'verify')).toContainText('Equal within tolerance');
  await expect(card(page, 'configure').getByRole('table')).toContainText('get_default_qat_qconfig("fbgemm")');
  await expect(card(page, 'train')).toContainText('Step 60 of 60');
  // Wilson's interval of 213 (83.2 %) and of 217 (84.8 %) of 256: what these pictures can tell.
  await expect(
    card(page, 'train').getByRole('img', { name: /^Validation accuracy on 256 pictures/ }),
  ).toHaveAccessibleName(
    /QAT: 83\.\d\s%, between 78\.\d\s% and 87\.\d\s%\. As integers: 81\.3\s%\. Control: 84\.\d\s%, between 79\.\d\s% and 88\.\d\s%\.$/,
  );
  await expect(card(page, 'train').getByRole('img', { name: /^Codes of weights that change/ })).toHaveAccessibleName(
    /At step 60 0\.10\s% of the codes flipped and 0\.30\s% go back and forth\.$/,
  );
  await expect(card(page, 'convert').getByRole('row', { name: /layer1\.0\.conv1/ })).toContainText('to');
  await forEngineers(page, 'convert');
  const plan = card(page, 'convert').getByRole('region', { name: 'The engine’s plan' });
  await expect(plan.getByRole('row', { name: /conv1/ })).toContainText('100 %');
  await expect(plan.getByRole('row', { name: /maxpool/ })).not.toContainText('NaN');
  const table = card(page, 'compare').getByRole('region', { name: 'Comparison of the five models' });
  await expect(table.getByRole('row')).toHaveCount(6);
  await expect(table.getByRole('row', { name: /QAT INT8/ })).toContainText('0.412');
});

/** Both runs of the train step, to their end. */
async function trainThrough(page: Page): Promise<Locator> {
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  return train;
}

test('validations judge the integers too: a line, a column, a figure, and what they cost', async ({ page }) => {
  await open(page, 'delay=1');
  const train = await trainThrough(page);
  const chart = train.getByRole('figure').filter({ hasText: 'Validation accuracy' });
  await expect(chart.getByRole('listitem').filter({ hasText: 'QAT as integers' })).toContainText(/81\.3\s%/);
  await expect(chart).toContainText(/training waited 0\.84\ss for the newest integers/);
  await chart.getByText('As a table').click();
  // Simulated, at most, at least, integers; the control has none of these.
  await expect(chart.getByRole('row', { name: /^60 / }).getByRole('cell')).toHaveText([
    ...[/^83\.3\s%$/, /^87\.\d\s%$/, /^78\.\d\s%$/, /^81\.3\s%$/, /^84\.8\s%$/, /^8\d\.\d\s%$/, /^7\d\.\d\s%$/],
  ]);
  await expect(chart.getByRole('columnheader')).toHaveCount(8);
  const figure = (run: string, name: string) =>
    train.getByRole('region', { name: run }).locator('div').filter({ hasText: name }).locator('dd');
  await expect(figure('QAT run', 'Right in validation')).toHaveText(/^83\.3\s%$/);
  await expect(figure('QAT run', 'As integers')).toHaveText(/^81\.3\s%$/);
  await expect(figure('FP32 control run', 'Right in validation')).toHaveText(/^84\.8\s%$/);
  await expect(train.getByRole('region', { name: 'FP32 control run' })).not.toContainText('integers');
});

test('where the trained network has no integers the reason is told, and the chart has no line for them', async ({
  page,
}) => {
  await open(page, 'delay=1&inexact');
  const train = await trainThrough(page);
  await expect(train).toContainText('its integers cannot be judged. Sums of layer conv1 may overflow.');
  await expect(train).toContainText('Choose fewer bits.');
  const chart = train.getByRole('figure').filter({ hasText: 'Validation accuracy' });
  await expect(chart).toContainText(/QAT\s*83\.3\s%/);
  await expect(chart).not.toContainText('integers');
});

test('one step at a time: a click runs the step, and first those before it', async ({ page }) => {
  await open(page, 'delay=1');
  await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  await expect(card(page, 'fuse')).toHaveAttribute('data-status', 'idle');
  await expect(card(page, 'configure')).toContainText('Steps 2 to 3 run first.');
  await card(page, 'configure')
    .getByRole('button', { name: /^Run up to here/ })
    .click();
  await done(page, 'configure');
  await done(page, 'verify');
  await expect(card(page, 'prepare')).toHaveAttribute('data-status', 'idle');
});

test('a failed step says what happened and what to do; Retry goes on from there', async ({ page, complaints }) => {
  await open(page, 'delay=1&fail=verify');
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  const verify = card(page, 'verify');
  await expect(verify).toContainText('weights-002.bin could not be fetched: status 503.');
  await expect(verify).toContainText('Check the connection, then press Retry.');
  forgiveFailure(complaints);
  await done(page, 'fuse');
  await expect(card(page, 'configure')).toHaveAttribute('data-status', 'idle');
  await verify.getByRole('button', { name: 'Retry' }).click();
  await done(page, 'verify');
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
});

test('what caused a failure is under Details, by the keyboard too, and is not there where there is no cause', async ({
  page,
  complaints,
}) => {
  await open(page, 'delay=1&fail=verify');
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  const verify = card(page, 'verify');
  await expect(verify).toHaveAttribute('data-status', 'failed');
  const cause = verify.getByText('TypeError: Failed to fetch');
  await expect(cause).toBeHidden();
  await verify.getByText('Details of the failure of step 3').focus();
  await page.keyboard.press('Enter');
  await expect(cause).toBeVisible();
  await expect(cause).toContainText('at request (fetch-verified.ts:126:24)');
  forgiveFailure(complaints);

  await open(page, 'delay=1&fail=train');
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await expect(card(page, 'train')).toContainText('The loss is running away.');
  await expect(card(page, 'train').getByText('Details of the failure')).toHaveCount(0);
});

test('the work of drawing in a frame stays bounded, whatever the number of steps', async ({ page }) => {
  await open(page, 'delay=0');
  // Curves of all of them, and of the control's, would hold 30,000 points.
  await field(page, 'Steps').fill('5000');
  await field(page, 'Steps').blur();
  // Points that charts join from their lists between two frames; more than these two charts may ever hold is too many.
  await page.evaluate(() => {
    const work = Object.assign(globalThis, { work: { most: 0, now: 0, joins: 0 } }).work;
    // Of each line there is an empty list first, as long as all steps: src/ui/charts/joined.ts.
    const { fill } = Array.prototype;
    Array.prototype.fill = function (this: unknown[], ...given) {
      if (given[0] === undefined) {
        work.joins++;
        work.now += this.length;
      }
      return fill.apply(this, given);
    };
    const frame = (): void => {
      work.most = Math.max(work.most, work.now);
      work.now = 0;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  await expect(card(page, 'train')).toContainText('faint: means of 4 steps');
  const work = await page.evaluate(() => (globalThis as unknown as { work: { most: number; joins: number } }).work);
  expect(work.joins).toBeGreaterThan(0);
  expect(work.most).toBeLessThanOrEqual(2 * 3 * 2048 + 2 * 2 * 2048);
});

test('a chart whose program cannot be fetched says so, has its table, and the training goes on', async ({
  page,
  complaints,
}) => {
  await page.route(/uPlot/i, (route) => route.abort('connectionrefused'));
  await open(page, 'delay=1');
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  const loss = card(page, 'train').locator('figure').filter({ hasText: 'Training loss' });
  await expect(loss).toContainText('The program that draws it could not be fetched.');
  await loss.getByText('As a table').click();
  await expect(loss.getByRole('row')).not.toHaveCount(0);
  for (const complaint of complaints) expect(complaint).toContain('net::ERR_CONNECTION_REFUSED');
  complaints.length = 0;
});

test('training: pause, one step, another learning rate, resume, stop', async ({ page }) => {
  const { train, qat } = await trainLong(page);
  await train.getByRole('button', { name: 'Pause' }).click();
  await expect(qat).toContainText('Paused');
  const at = async (): Promise<number> => Number(/Step (\d+) of/.exec((await qat.textContent())!)![1]);
  const before = await at();
  await train.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(at).toBe(before + 1);
  await field(page, 'Learning rate').fill('0.0005');
  await field(page, 'Learning rate').blur();
  await train.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(at).toBeGreaterThan(before + 1);
  await train.getByRole('button', { name: 'Stop this run' }).click();
  await expect(qat).toContainText('Ended early');
  await expect(train.getByRole('region', { name: 'FP32 control run' })).toContainText(/Step \d+ of 2,000/);
  await train.getByRole('button', { name: 'Stop this run' }).click();
  expect(await calls(page)).toEqual(['pause', 'step', 'setLearningRate 0.0005', 'resume', 'stop', 'stop']);
  await done(page, 'train');
  await expect(train).toContainText('You stopped QAT after');
});

const learningIn = (step: Locator) => step.getByRole('group', { name: 'Learning how to round' });

/** Learning of roundings ends only where it is stopped, or by itself again. */
const endless = (page: Page, on: boolean) =>
  page.evaluate((on) => void ((globalThis as unknown as Global).fake.endless = on), on);

/** Learning of roundings in a step's card, endless: paused, gone on with, stopped and taken up by Retry. */
async function pauseStopAndRetry(step: Locator): Promise<void> {
  for (const name of ['Pause', 'Resume', 'Stop']) await learningIn(step).getByRole('button', { name }).click();
  await expect(step).toHaveAttribute('data-status', 'failed');
  await expect(step).toContainText('Learning how to round was stopped.');
  await endless(step.page(), false);
  await step.getByRole('button', { name: 'Retry' }).click();
}

test('roundings that are learned: paused, gone on with, stopped and taken up by Retry', async ({ page }) => {
  await open(page, `delay=60&address=${encodeURIComponent('?rounding=learned&steps=10')}`);
  await endless(page, true);
  const convert = card(page, 'convert');
  const learning = learningIn(convert);
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await pauseStopAndRetry(convert);
  await done(page, 'convert');
  await expect(learning).toBeHidden();
  expect(await calls(page)).toEqual(['pause', 'resume', 'stop']);
});

test('QAT that begins at learned roundings learns these first: paused, stopped, taken up by Retry', async ({
  page,
}) => {
  await open(page, `delay=60&address=${encodeURIComponent('?rounding=learned&begin-at=ptq&steps=10')}`);
  await endless(page, true);
  const train = card(page, 'train');
  const learning = learningIn(train);
  await train.getByRole('button', { name: /^Run/ }).click();
  await expect(learning).toBeVisible(LONG);
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText(/Learning roundings, \d+\s?%/);
  await pauseStopAndRetry(train);
  await expect(train.getByRole('group', { name: 'Steering' })).toBeVisible();
  await expect(learning).toBeHidden();
  await done(page, 'train');
  expect(await calls(page)).toEqual(['pause', 'resume', 'stop']);
});

test('QAT without its control is shown as what it is; the train step adds the control', async ({ page }) => {
  await open(page, 'delay=1');
  await page.evaluate(() => (globalThis as unknown as Global).playground.heal());
  await done(page, 'convert');
  const train = card(page, 'train');
  await expect(train).toHaveAttribute('data-status', 'idle');
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await expect(train.getByRole('region', { name: 'FP32 control run' })).toContainText('Not started');
  await train.getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await expect(train.getByRole('region', { name: 'FP32 control run' })).toContainText('Step 60 of 60');
});

test('a full disk and a lost device are said while training goes on', async ({ page }) => {
  await open(page, 'delay=2&full=1&lose=20');
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  await expect(train).toContainText('its progress is not saved. The disk space is full.');
  await expect(train).toContainText('The graphics device was lost. WASM has taken over.');
  await expect(page.locator('header').first()).toContainText('The graphics device was lost.');
  await done(page, 'train');
});

test('what is saved is said', async ({ page }) => {
  await open(page, 'delay=1');
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  await expect(card(page, 'train')).toContainText('Saved in this browser up to step 60 of the control');
});

test('a run that diverged can be retried with a lower learning rate', async ({ page }) => {
  await open(page, 'delay=1&fail=train');
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  const train = card(page, 'train');
  await expect(train).toContainText('The loss is running away.');
  await train.getByRole('button', { name: 'Retry with learning rate 0.0001' }).click();
  await done(page, 'train');
  await expect(field(page, 'Learning rate')).toHaveValue('0.0001');
});

test('where the control failed, it is retried with what QAT had, which stands', async ({ page, complaints }) => {
  await open(page, 'delay=1&fail=control');
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  await expect(train).toHaveAttribute('data-status', 'failed');
  forgiveFailure(complaints);
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await train.getByRole('button', { name: 'Retry' }).click();
  await done(page, 'train');
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
});

test('Save downloads the file when it is run by itself, and again by its link', async ({ page }) => {
  await open(page, 'delay=1');
  for (const save of [
    card(page, 'save').getByRole('button', { name: /^Run/ }),
    page.getByRole('link', { name: /^Download/ }),
  ]) {
    const download = page.waitForEvent('download');
    await save.click();
    expect((await download).suggestedFilename()).toBe('resnet18-cifar10.int8');
  }
});

for (const status of ['no-api', 'no-adapter', 'software', 'device-lost', 'failed'])
  test(`WebGPU ${status} is explained`, async ({ page }) => {
    await open(page, `delay=1&webgpu=${status}`);
    await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
    await done(page, 'load');
    const advice = {
      'no-api': 'Current Chrome',
      'no-adapter': 'Hardware acceleration',
      software: 'emulated',
      'device-lost': 'Run step 1 again to try WebGPU again',
      failed: 'A newer browser',
    };
    await expect(page.locator('header').first()).toContainText(advice[status as keyof typeof advice]);
  });

test('a browser that cannot start a project gets a page that says so', async ({ page, complaints }) => {
  await page.goto(fakePage('broken=1'));
  await expect(page.getByRole('alert')).toContainText('This browser has no module workers.');
  expect(complaints.splice(0).join()).toContain('Error: This browser has no module workers.');
});
