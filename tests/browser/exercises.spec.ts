// Guessing before seeing, exercises judged by what was measured, and the lab report that holds all of it.
// Not for the judging itself: src/ui/exercises/exercises.test.ts.
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { LAB_REPORT_ID, type LabReport } from '../../src/ui/exercises/lab-report';
import { accessible } from './accessible';
import { done, open, openFolded, runAll, test } from './ui-page';

const lesson = (page: Page) => page.getByRole('region', { name: 'How few bits will do?' });
const strip = (page: Page) => page.getByRole('region', { name: 'Results', exact: true });
const card = (page: Page) => page.getByRole('region', { name: 'Exercises' });
const exercise = (page: Page, id: string) => card(page).locator(`[data-exercise=${id}]`);

for (const width of [375, 800, 1440])
  test(`what is only rounded is guessed before what is trained, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openFolded(page, 'delay=1&address=%3Fpredict%3D1');
    const questions = lesson(page).getByText(/, how much will it get right\?$/);
    await expect(questions).toHaveText([/^Rounded to/, /^Trained for/]);
    const [rounded, trained] = await Promise.all([0, 1].map((i) => questions.nth(i).boundingBox()));
    expect(rounded!.y).toBeLessThan(trained!.y);
  });

test('a figure is guessed before it is shown, by slider and by keys; the first guess counts', async ({ page }) => {
  await openFolded(page, 'delay=1');
  await lesson(page).getByLabel('I guess before I see').check();
  await expect(lesson(page).locator('.figure')).toHaveCount(0);
  await expect(strip(page).locator('[data-model=PTQ] .figure')).toHaveText('–');
  await lesson(page).getByRole('slider', { name: 'Bits per number' }).fill('4');
  const guess = lesson(page).getByRole('slider', { name: 'Rounded to 4/4 bits, how much will it get right?' });
  await guess.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
  await expect(guess).toHaveAttribute('aria-valuetext', '60 %');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  // The invented network gets a tenth right for each bit.
  await expect(lesson(page).locator('.figure')).toHaveText('40.0 % right');
  await expect(lesson(page)).toContainText('You guessed 60 %; the network is −20.00 points from there.');
  await expect(strip(page).locator('[data-model=PTQ] .figure')).toHaveText('40.0 %');
  // QAT is guessed on its own, and only then is there a button for it.
  await expect(lesson(page).getByRole('button', { name: /^Heal it/ })).toHaveCount(0);
  await lesson(page).getByRole('slider', { name: 'Trained for 4/4 bits, how much will it get right?' }).fill('80');
  await lesson(page).getByRole('button', { name: 'That is my guess' }).click();
  await lesson(page).getByRole('button', { name: 'Heal it: QAT at 4/4 bits' }).click();
  await expect(lesson(page)).toContainText(/You guessed 80\s%; the network is \S+ points from there/);
  // The next stop is hidden again; a link brings another student to the same state.
  await lesson(page).getByRole('slider', { name: 'Bits per number' }).fill('3');
  await expect(lesson(page).locator('.figure')).toHaveCount(0);
});

test('exercises: hints one by one, a layer named, what was measured judges, and words are kept', async ({ page }) => {
  await open(page, 'delay=1');
  await expect(card(page)).toContainText('0 of 4 reached');
  const control = exercise(page, 'no-better-than-control');
  await control.locator('summary').click();
  await expect(control).toContainText('No run has come to the end of step 8 yet.');
  for (const left of [3, 2, 1]) await control.getByRole('button', { name: `(${left} left)` }).click();
  await expect(control.getByRole('button')).toHaveCount(0);
  await expect(control.getByRole('listitem')).toHaveCount(3);
  await control.getByRole('textbox').fill('Its control.');
  await control.getByRole('textbox').blur();
  await runAll(page);
  await done(page, 'compare');
  await expect(control).toContainText(/Run 1: QAT \S+ points over PTQ, its control \S+ over FP32/);
  const hurts = exercise(page, 'layer-that-hurts');
  await hurts.locator('summary').click();
  await hurts.getByLabel('The layer that hurts most').selectOption('conv1');
  await expect(hurts).toContainText('You named conv1. Now measure');
  await page.reload();
  await exercise(page, 'no-better-than-control').locator('summary').click();
  await expect(exercise(page, 'no-better-than-control').getByRole('textbox')).toHaveValue('Its control.');
});

test('the lab report is one page of its own, with figures, curves, guesses and words', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  await lesson(page).getByRole('slider', { name: 'Bits per number' }).fill('5');
  await expect(lesson(page).locator('.figure')).toHaveText('50.0 % right');
  await exercise(page, 'smallest').locator('summary').click();
  await exercise(page, 'smallest').getByRole('textbox').fill('<i>Time</i> & energy');
  await exercise(page, 'smallest').getByRole('textbox').blur();
  await card(page).getByLabel('Name on it').fill('Ada');
  await card(page).getByLabel('Name on it').blur();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    card(page).getByRole('button', { name: 'Save the lab report' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('qat-lab-report.html');
  await page.goto('about:blank');
  await page.setContent(readFileSync(await file.path(), 'utf8'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground: lab report');
  await expect(page.getByRole('table', { name: 'What came of it' })).toContainText('Run 1');
  await expect(page.getByRole('img', { name: /share of test pictures/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /loss over 60 steps/ })).toBeVisible();
  await expect(page.locator('blockquote', { hasText: '<i>Time</i> & energy' })).toBeVisible();
  const report = JSON.parse((await page.locator(`#${LAB_REPORT_ID}`).textContent())!) as LabReport;
  expect(report).toMatchObject({ author: 'Ada', runs: [{ name: 'Run 1', recipe: { steps: 60 } }] });
  expect(report.stops).toContainEqual(expect.objectContaining({ weightBits: 5, accuracy: 0.5 }));
  await accessible(page);
});

test('every exercise open: no axe violation, nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 375, height: 800 });
  await openFolded(page, 'delay=1&address=%3Fpredict%3D1');
  for (const summary of await card(page).locator('summary').all()) await summary.click();
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});
