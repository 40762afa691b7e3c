// The page on the fake workers of tests/ui: order of the steps, choices, runs side by side, steering, failure
// and Retry, keyboard, narrow width, and no axe violation in light and dark.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import type { FakeWorkers } from '../ui/fake-workers';
import { noteComplaints } from '../complaints';

const STEPS = ['load', 'fuse', 'verify', 'configure', 'prepare', 'train', 'convert', 'compare', 'save'];
const complaints: string[] = [];

test.beforeEach(({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error', 'warning']);
});
test.afterEach(() => expect(complaints).toEqual([]));

const open = async (page: Page, query = ''): Promise<void> => {
  await page.goto(`/tests/ui/fake.html?${query}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
};
const card = (page: Page, step: string) => page.locator(`[data-step=${step}]`);
const field = (page: Page, name: string) => page.getByRole('spinbutton', { name });
const done = (page: Page, step: string) =>
  expect(card(page, step)).toHaveAttribute('data-status', 'done', { timeout: 60_000 });
const runAll = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await done(page, 'save');
};
interface Global {
  fake: FakeWorkers;
  playground: Project;
  /** What the page last made of its address. */
  address: string;
}
const calls = (page: Page): Promise<string[]> => page.evaluate(() => (globalThis as unknown as Global).fake.calls);
const recipe = (page: Page) => page.evaluate(() => (globalThis as unknown as Global).playground.recipe);
/** A failure with a cause is told to the console too. */
const forgiveFailure = () => expect(complaints.splice(0).join()).toMatch(/Step \w+ failed/);

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
    /QAT: 83\.\d\s%, between 78\.\d\s% and 87\.\d\s%\. Control: 84\.\d\s%, between 79\.\d\s% and 88\.\d\s%\.$/,
  );
  await expect(card(page, 'convert').getByRole('row', { name: /layer1\.0\.conv1/ })).toContainText('to');
  const plan = card(page, 'convert').getByRole('region', { name: 'The engine’s plan' });
  await expect(plan.getByRole('row', { name: /conv1/ })).toContainText('100 %');
  await expect(plan.getByRole('row', { name: /maxpool/ })).not.toContainText('NaN');
  const table = card(page, 'compare').getByRole('region', { name: 'Comparison of the five models' });
  await expect(table.getByRole('row')).toHaveCount(6);
  await expect(table.getByRole('row', { name: /QAT INT8/ })).toContainText('0.412');
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

test('a failed step says what happened and what to do; Retry goes on from there', async ({ page }) => {
  await open(page, 'delay=1&fail=verify');
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  const verify = card(page, 'verify');
  await expect(verify).toContainText('weights-002.bin could not be fetched: status 503.');
  await expect(verify).toContainText('Check the connection, then press Retry.');
  forgiveFailure();
  await done(page, 'fuse');
  await expect(card(page, 'configure')).toHaveAttribute('data-status', 'idle');
  await verify.getByRole('button', { name: 'Retry' }).click();
  await done(page, 'verify');
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
});

test('what caused a failure is under Details, by the keyboard too, and is not there where there is no cause', async ({
  page,
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
  forgiveFailure();

  await open(page, 'delay=1&fail=train');
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await expect(card(page, 'train')).toContainText('The loss is running away.');
  await expect(card(page, 'train').getByText('Details of the failure')).toHaveCount(0);
});

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
  await expect(presets).toHaveValue('As the page opens');
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

  const methods = card(page, 'configure').getByText(/^For engineers/);
  await methods.click();
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

test('the work of drawing in a frame stays bounded, whatever the number of steps', async ({ page }) => {
  await open(page, 'delay=0');
  // Curves of all of them, and of the control's, would hold 30,000 points.
  await field(page, 'Steps').fill('5000');
  await field(page, 'Steps').blur();
  // Points that charts join from their lists between two frames; more than these two charts may ever hold is too many.
  await page.evaluate(() => {
    const { uPlot } = globalThis as unknown as { uPlot: typeof import('uplot') };
    const work = Object.assign(globalThis, { work: { most: 0, now: 0, joins: 0 } }).work;
    const join = uPlot.join.bind(uPlot);
    uPlot.join = (tables, ...rest) => {
      work.joins++;
      for (const table of tables) for (const list of table) work.now += list!.length;
      return join(tables, ...rest);
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

test('training: pause, one step, another learning rate, resume, stop', async ({ page }) => {
  await open(page, 'delay=20');
  await field(page, 'Steps').fill('2000');
  await field(page, 'Steps').blur();
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  const qat = train.getByRole('region', { name: 'QAT run' });
  await expect(qat).toContainText(/Step \d+ of 2,000/);
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

const runs = (page: Page) => page.getByRole('region', { name: 'Choices and accuracies of each run' });
const offers = (page: Page) => page.getByRole('region', { name: 'Saved trainings' });

test('a saved training is offered and taken up with its choices', async ({ page }) => {
  await open(page, 'delay=5&saved=qat');
  const offer = offers(page);
  await expect(offer).toContainText('4-bit weights');
  await offer.getByRole('button', { name: 'Resume training at step 30 of 60' }).click();
  await expect(offer).toBeHidden();
  await expect(page.getByRole('slider', { name: /^Weights/ })).toHaveAttribute('aria-valuetext', '4 bits');
  const train = card(page, 'train');
  await done(page, 'train');
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  expect(await calls(page)).toEqual(['claim q']);
});

test('it stays on offer while steps run; taking it up then makes it one more run beside the finished ones', async ({
  page,
}) => {
  await open(page, 'delay=1&saved=qat');
  await runAll(page);
  await expect(offers(page)).toContainText('It becomes one more run; those above stay.');
  await offers(page)
    .getByRole('button', { name: /^Resume training/ })
    .click();
  await done(page, 'train');
  await expect(card(page, 'train').getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await expect(runs(page).getByRole('row').nth(1)).toContainText('done');
  expect(await calls(page)).toEqual(['claim q']);
});

test('several are listed, the newest first; Discard forgets that one alone', async ({ page }) => {
  await open(page, 'delay=1&saved=several');
  const items = offers(page).getByRole('listitem');
  await expect(offers(page)).toContainText('2 trainings are saved in this browser, the newest first.');
  await expect(items.first()).toContainText('QAT has ended after 60 steps, its control is at step 30 of 60.');
  await expect(items.first().getByRole('button', { name: 'Resume the control at step 30 of 60' })).toBeVisible();
  await items
    .first()
    .getByRole('button', { name: /^Discard it/ })
    .click();
  await expect(items).toHaveCount(1);
  await expect(items).toContainText('QAT at step 30 of 60.');
  expect(await calls(page)).toEqual(['discard c']);
});

test('one that trains in another tab has no buttons until that tab lets go of it', async ({ page }) => {
  await open(page, 'delay=1&saved=elsewhere');
  await expect(offers(page)).toContainText('It is training in another tab.');
  await expect(offers(page).getByRole('button')).toHaveCount(0);
  await expect(offers(page).getByRole('button', { name: /^Resume training/ })).toBeVisible();
});

test('a training that is taken meanwhile is not started; the page says why', async ({ page }) => {
  await open(page, 'delay=1&saved=qat&taken=1');
  await offers(page)
    .getByRole('button', { name: /^Resume training/ })
    .click();
  await expect(page.locator('header').first()).toContainText('It is training in another tab. Close that tab.');
  await expect(card(page, 'load')).toHaveAttribute('data-status', 'idle');
  await runAll(page);
});

test('Delete asks first, and forgets a run with its training alone', async ({ page }) => {
  await open(page, 'delay=1&saved=qat');
  const remove = async (text: string | RegExp, not: string) => {
    await runs(page).getByRole('button', { name: 'Delete Run' }).first().click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(text);
    await expect(dialog).not.toContainText(not);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(dialog).toHaveCount(0);
  };
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await card(page, 'configure').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'configure');
  await remove('Other runs, other trainings that are saved', 'step ends');
  // The last one leaves a fresh one with its choices; what all share stays.
  await expect(runs(page).getByRole('row')).toHaveCount(2);
  await expect(runs(page)).toContainText('Run 2');
  await expect(card(page, 'configure')).toHaveAttribute('data-status', 'idle');
  await done(page, 'verify');
  expect((await recipe(page)).weightBits).toBe(4);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  expect(await calls(page)).toEqual([]);
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'train');
  await remove('and so is what this browser has saved of its training', 'step ends');
  await expect.poll(() => calls(page)).toEqual(['discard own']);
  await expect(offers(page).getByRole('button', { name: /^Resume training/ })).toBeVisible();
});

test('deleting the run that computes ends its step', async ({ page }) => {
  await open(page, 'delay=20');
  await field(page, 'Steps').fill('2000');
  await field(page, 'Steps').blur();
  await card(page, 'train').getByRole('button', { name: /^Run/ }).click();
  await expect(card(page, 'train').getByRole('region', { name: 'QAT run' })).toContainText(/Step \d+ of 2,000/);
  await runs(page).getByRole('button', { name: 'Delete Run 1' }).click();
  await expect(page.getByRole('dialog')).toContainText('The running step ends.');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(card(page, 'train')).toHaveAttribute('data-status', 'idle');
  await expect.poll(() => calls(page)).toEqual(['end', 'discard own']);
  await card(page, 'prepare').getByRole('button', { name: /^Run/ }).click();
  await done(page, 'prepare');
});

test('runs stand side by side: made, named, taken in hand, compared; each has its own choices and results', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await runAll(page);
  await page.getByRole('button', { name: 'New run with these choices' }).click();
  await page.getByRole('slider', { name: /^Weights/ }).fill('4');
  await expect(card(page, 'configure')).toHaveAttribute('data-status', 'idle');
  await done(page, 'verify');
  await expect(card(page, 'verify')).toContainText('Done by another run');
  await runs(page).getByRole('button', { name: 'Rename Run 2' }).click();
  await runs(page).getByRole('textbox', { name: 'Name of Run 2' }).fill('four bits');
  await page.keyboard.press('Enter');
  const row = runs(page).getByRole('row');
  await expect(row).toHaveCount(3);
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
  await expect(row.last()).toContainText('four bits');
  await expect(row.last()).toContainText('4, 8');
  await expect(row.last()).toContainText('%');
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await expect(page.getByRole('slider', { name: /^Weights/ })).toHaveAttribute('aria-valuetext', '8 bits');
  await done(page, 'save');
  await expect(card(page, 'train').getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await runs(page).getByRole('button', { name: 'Duplicate four bits' }).click();
  await expect(row).toHaveCount(4);
  await expect(page.getByRole('slider', { name: /^Weights/ })).toHaveAttribute('aria-valuetext', '4 bits');
});

test('while one run trains another can be looked at and changed, but waits', async ({ page }) => {
  await open(page, 'delay=20');
  await field(page, 'Steps').fill('2000');
  await field(page, 'Steps').blur();
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  const qat = train.getByRole('region', { name: 'QAT run' });
  await expect(qat).toContainText(/Step \d+ of 2,000/);
  await expect(field(page, 'Steps')).toBeDisabled();
  await expect(field(page, 'Learning rate')).toBeEnabled();
  await expect(train).toContainText('Locked: step 6, Train, is using these choices.');
  await page.getByRole('button', { name: 'New run with these choices' }).click();
  await expect(field(page, 'Steps')).toBeEnabled();
  await expect(page.locator('header').first()).toContainText('Run 1 is computing; this run waits.');
  await expect(train).toContainText('Waits for the step that is running in Run 1.');
  await expect(train.getByRole('button', { name: /^Run/ })).toHaveAttribute('aria-disabled', 'true');
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await expect(qat).toContainText(/Step \d+ of 2,000/);
  await train.getByRole('button', { name: 'Stop this run' }).click();
  await expect(qat).toContainText('Ended early');
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

test('a saved training that is damaged is named and does no harm', async ({ page }) => {
  await open(page, 'delay=1&saved=damaged');
  await expect(page.locator('header').first()).toContainText('The saved training is damaged. It was removed.');
  await runAll(page);
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

test('where the control failed, it is retried with what QAT had, which stands', async ({ page }) => {
  await open(page, 'delay=1&fail=control');
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  await expect(train).toHaveAttribute('data-status', 'failed');
  forgiveFailure();
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
  await train.getByRole('button', { name: 'Retry' }).click();
  await done(page, 'train');
  await expect(train.getByRole('region', { name: 'QAT run' })).toContainText('Step 60 of 60');
});

test('pictures: those where the models differ can be picked out and are marked', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  const compare = card(page, 'compare');
  await expect(compare.getByRole('status')).toContainText('1,000 pictures of the first 1,000');
  await compare.getByLabel('Where they differ').check();
  await expect(compare.getByRole('status')).toContainText('20 pictures of the first 1,000');
  await expect(compare.getByText('They differ', { exact: true })).toHaveCount(20);
});

test('Save downloads the file when it is run by itself, and again by its link', async ({ page }) => {
  await open(page, 'delay=1');
  for (const save of [card(page, 'save').getByRole('button'), page.getByRole('link', { name: /^Download/ })]) {
    const download = page.waitForEvent('download');
    await save.click();
    expect((await download).suggestedFilename()).toBe('resnet18-cifar10.int8');
  }
});

test('the keyboard alone runs a step, moves a slider, and makes, takes, names and deletes runs', async ({ page }) => {
  await open(page, 'delay=1');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.replace(/\s+/g, ' ').trim() ?? '');
  const tabTo = async (wanted: string): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      if ((await focused()).startsWith(wanted)) return;
    }
    throw new Error(`Tab never reached ${wanted}.`);
  };
  await tabTo('Run all nine steps');
  await tabTo('Run: step 1, Load');
  await page.keyboard.press('Enter');
  await done(page, 'load');
  await expect(page.getByRole('heading', { name: /Load/ })).toBeFocused();
  await page.getByRole('slider', { name: /^Activations/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('slider', { name: /^Activations/ })).toHaveAttribute('aria-valuetext', '7 bits');
  await page.getByRole('button', { name: 'New run with these choices' }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('button', { name: 'Run 1', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await runs(page).getByRole('button', { name: 'Rename Run 1' }).focus();
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('button', { name: 'first', exact: true })).toBeFocused();
  await runs(page).getByRole('button', { name: 'Delete first' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(runs(page).getByRole('row')).toHaveCount(3);
  await done(page, 'load');
});

test('a step’s start and end are read out', async ({ page }) => {
  await open(page, 'delay=1');
  await card(page, 'fuse').getByRole('button', { name: /^Run/ }).click();
  await expect(page.locator('[aria-live=polite]')).toHaveText('Step 2, Fuse, done.');
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

test('a browser that cannot start a project gets a page that says so', async ({ page }) => {
  await page.goto('/tests/ui/fake.html?broken=1');
  await expect(page.getByRole('alert')).toContainText('This browser has no module workers.');
  expect(complaints.splice(0).join()).toContain('Error: This browser has no module workers.');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await open(page, 'delay=1&fail=prepare&saved=several&full=1&lose=20');
    const violations = async (): Promise<unknown> =>
      (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map((n) => n.html)]);
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Run all nine steps' }).click();
    await card(page, 'prepare').getByText('Details of the failure').click();
    expect(await violations()).toEqual([]);
    forgiveFailure();
    await card(page, 'prepare').getByRole('button', { name: 'Retry' }).click();
    await done(page, 'prepare');
    await page.getByRole('button', { name: 'New run with these choices' }).click();
    await runs(page).getByRole('button', { name: 'Rename Run 2' }).click();
    expect(await violations()).toEqual([]);
    await page.keyboard.press('Escape');
    await runs(page).getByRole('button', { name: 'Delete Run 1' }).click();
    expect(await violations()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
    await page.getByRole('button', { name: 'Run all steps left' }).click();
    await done(page, 'save');
    expect(await violations()).toEqual([]);
    await page.getByRole('slider', { name: /^Weights/ }).fill('4');
    await expect(card(page, 'configure')).toHaveAttribute('data-status', 'stale');
    expect(await violations()).toEqual([]);
  });

test('no sideways scrolling from 320 to 1600 px, before and after a run', async ({ page }) => {
  await open(page, 'delay=1&saved=several&full=1&lose=20');
  for (const finished of [false, true]) {
    if (finished) await runAll(page);
    for (const width of [320, 375, 768, 1024, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      // Nothing sticks out of its card unseen either.
      const outside = await page.evaluate(
        (limit) =>
          [...document.querySelectorAll('main *')]
            .filter((e) => !e.closest('[role=region], [role=img], .visually-hidden, dialog'))
            .filter((e) => e.getBoundingClientRect().right > limit + 1)
            .map((e) => e.outerHTML.slice(0, 120)),
        width,
      );
      expect(outside).toEqual([]);
    }
  }
});
