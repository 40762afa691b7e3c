// Runs side by side and trainings that were saved: taken up, compared, deleted, shared between tabs.
// Not for real workers: tests/e2e.
import { expect, type Page } from '@playwright/test';
import { calls, card, done, field, open, recipe, runAll, runs, test, trainLong } from './ui-page';

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
  const { train, qat } = await trainLong(page);
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

test('a saved training that is damaged is named and does no harm', async ({ page }) => {
  await open(page, 'delay=1&saved=damaged');
  await expect(page.locator('header').first()).toContainText('The saved training is damaged. It was removed.');
  await runAll(page);
});
