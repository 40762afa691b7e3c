// The race: measured by turns, played side by side, giving way to whatever else computes; on the real engines, that it
// measures at all. No time is judged here.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { card, field, open, runAll, test, type Global } from './ui-page';

const compare = (page: Page) => card(page, 'compare');
const button = (page: Page, name: string) => compare(page).getByRole('button', { name, exact: true });
const table = (page: Page) => compare(page).getByRole('region', { name: 'The race', exact: true });
const ready = async (page: Page, query = 'delay=1'): Promise<void> => {
  await open(page, query);
  await field(page, 'Test pictures').fill('1000');
  await field(page, 'Test pictures').blur();
  await runAll(page);
};
const cells = (page: Page, row: RegExp) => table(page).getByRole('row', { name: row }).locator('td').allInnerTexts();
const measured = (page: Page) => expect(button(page, 'Race again')).toBeVisible({ timeout: 60_000 });

test('each racer’s pictures, right answers, speed and times; played again on demand', async ({ page }) => {
  await ready(page);
  await button(page, 'Start the race').click();
  await measured(page);
  await expect(table(page).getByRole('row')).toHaveCount(4);
  // Twelve turns; one picture in ten takes twice the time.
  expect(await cells(page, /^FP32, 1 thread/)).toEqual(['120', '87.5\u00a0%', '182', '5.000\u00a0ms', '10.00\u00a0ms']);
  expect((await cells(page, /^QAT INT8, 1 thread/))[2]).toBe('1,818');
  expect((await cells(page, /^QAT INT8, 2 threads/))[0]).toBe('2,400');
  await expect(compare(page)).toContainText(
    'INT8 classifies 10.0\u00a0times as many pictures a second as FP32, each on one thread; on 2 threads 2.0\u00a0times as many as on one.',
  );
  await expect(compare(page).getByRole('img', { name: /^Times of single pictures, FP32, 1 thread/ })).toBeVisible();
  await compare(page).getByText('As a table: FP32, 1 thread').click();
  const behind = compare(page).getByRole('region', { name: 'Times of single pictures: FP32, 1 thread' });
  await expect(behind.getByRole('row').last()).toContainText('longer');
  await expect(behind).toContainText('90.0\u00a0%');
  await button(page, 'Play it again').click();
  await expect(button(page, 'Stop the race')).toBeVisible();
  await measured(page);
});

test('with reduced motion there are numbers and nothing plays', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await ready(page);
  await button(page, 'Start the race').click();
  await measured(page);
  expect((await cells(page, /^QAT INT8, 2 threads/))[0]).toBe('2,400');
  await expect(button(page, 'Play it again')).toHaveCount(0);
});

test('it is stopped by hand, and by a step that computes; what was measured stays', async ({ page }) => {
  await ready(page, 'delay=100');
  await button(page, 'Start the race').click();
  await expect(compare(page)).toContainText(/Measuring, one after the other: [1-9]/);
  await button(page, 'Stop the race').click();
  await expect(compare(page)).toContainText(/Stopped after [1-9] of 12 turns each/);
  await expect(table(page)).toBeVisible();
  await button(page, 'Race again').click();
  await card(page, 'load')
    .getByRole('button', { name: /^Run again/ })
    .click();
  const race = button(page, 'Start the race').or(button(page, 'Race again'));
  await expect(race).toHaveAttribute('aria-disabled', 'true');
  await expect(compare(page)).toContainText('Waits for the step that is running.');
  await expect(race).toHaveAttribute('aria-disabled', 'false', { timeout: 30_000 });
});

test('nothing is measured while the page is hidden', async ({ page }) => {
  await ready(page);
  const hide = (hidden: boolean) =>
    page.evaluate(
      (state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      hidden ? 'hidden' : 'visible',
    );
  await hide(true);
  await button(page, 'Start the race').click();
  await expect(compare(page)).toContainText('0 of 12 turns each. Waits while the page is hidden.');
  await hide(false);
  await measured(page);
});

test('no axe violation, nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await ready(page);
  await button(page, 'Start the race').focus();
  await page.keyboard.press('Enter');
  await measured(page);
  for (const summary of await compare(page).locator('figure summary').all()) await summary.click();
  await accessible(page, '#step-compare');
  for (const width of [320, 375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test('the real engines: all race, and two threads take the pictures for the same as one', async ({ page }) => {
  await page.goto('/?backend=wasm&steps=2&batch=16');
  const racers = await page.evaluate(async () => {
    const { playground } = globalThis as unknown as Global;
    await playground.heal();
    const end = new AbortController();
    for await (const { racers } of playground.race(end.signal)) {
      end.abort();
      return racers.map(({ model, threads, bursts: [burst] }) => ({
        ...{ model, threads, labels: [...burst.labels], predictions: [...burst.predictions] },
        timed: burst.times.length === burst.labels.length && burst.times.every((time) => time >= 0),
      }));
    }
    throw new Error('Nothing was measured.');
  });
  const [fp32, int8, threaded = int8] = racers;
  expect(racers.map(({ model }) => model)).toEqual(['fp32', 'int8', 'int8'].slice(0, racers.length));
  for (const { labels, predictions, timed } of racers) {
    expect(timed).toBe(true);
    expect(labels.length).toBeGreaterThan(0);
    const both = Math.min(labels.length, fp32.labels.length);
    expect(labels.slice(0, both)).toEqual(fp32.labels.slice(0, both));
    expect(predictions.every((predicted) => predicted < 10)).toBe(true);
  }
  const both = Math.min(int8.predictions.length, threaded.predictions.length);
  expect(threaded.predictions.slice(0, both)).toEqual(int8.predictions.slice(0, both));
});
