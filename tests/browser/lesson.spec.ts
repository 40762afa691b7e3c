// The slider of bits that opens the page: on invented answers what it shows and says, on the real network what it gives.
import { expect, test, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import { learnedAt } from '../../src/recipe/presets';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { recordedStop } from '../../src/ui/lesson/recorded';
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

const lesson = (page: Page) => page.getByRole('region', { name: 'How few bits will do?' });
const figure = (page: Page) => lesson(page).locator('.figure');
const slider = (page: Page, name: string) => lesson(page).getByRole('slider', { name });
const asked = (page: Page) => page.evaluate(() => (globalThis as unknown as { fake: FakeWorkers }).fake.stops.asked);
const open = (page: Page) => page.goto(fakePage());
/** Both widths in one slider, at these bits; what was asked before is forgotten. */
async function together(page: Page, bits: number): Promise<void> {
  const both = lesson(page).getByLabel('Both together');
  await both.uncheck();
  await both.check();
  await slider(page, 'Bits per number').fill(String(bits));
  await expect(lesson(page)).toContainText(`${bits}/${bits} bits`, LONG);
}
const forget = (page: Page) =>
  page.evaluate(() => void ((globalThis as unknown as { fake: FakeWorkers }).fake.stops.asked.length = 0));

test('before anything is downloaded a recorded answer stands there, and says so', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/');
  const { correct } = recordedStop(DEFAULT_RECIPE);
  await expect(figure(page)).toHaveText(`${(correct / 10).toFixed(1)} % right`);
  await expect(lesson(page)).toContainText('Recorded on');
  await expect(lesson(page).locator('button.here')).toHaveCount(0);
  expect(asked.filter((url) => /\.(bin|gz|raw)$|manifest\.json$/.test(url))).toEqual([]);
});

test('each stop is asked; both widths move together or apart', async ({ page }) => {
  await open(page);
  await together(page, 4);
  await forget(page);
  await slider(page, 'Bits per number').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(figure(page)).toHaveText('30.0 % right');
  await expect(lesson(page)).toContainText('Measured here: quantized to 3/3 bits');
  await expect(lesson(page)).toContainText('5,000 validation pictures');
  await lesson(page).getByLabel('Both together').uncheck();
  await slider(page, 'Activation bits').fill('8');
  await expect(lesson(page)).toContainText('3/8 bits');
  await lesson(page).getByLabel('Both together').check();
  await expect(lesson(page)).toContainText('3/3 bits');
  await lesson(page).locator('td').nth(1).locator('button').click();
  await expect(lesson(page)).toContainText('8/3 bits');
  await expect(slider(page, 'Weight bits')).toHaveValue('8');
  expect(await asked(page)).toEqual(['3/3', '3/8', '3/3', '8/3']);
  // The map has what was measured in bold: 8/3, but not 8/2.
  const cell = (n: number) => lesson(page).locator('td').nth(n).locator('button');
  await expect(cell(1)).toHaveClass(/here/);
  await expect(cell(0)).not.toHaveClass(/here/);
});

test('what cannot be had is said, and the next move tries again', async ({ page }) => {
  await open(page);
  await together(page, 4);
  await page.evaluate(() => void ((globalThis as unknown as { fake: FakeWorkers }).fake.stops.fails = true));
  await slider(page, 'Bits per number').fill('5');
  await expect(lesson(page).getByRole('alert')).toHaveText(
    'weights-002.bin could not be fetched. Check the connection.',
  );
  await expect(lesson(page)).toContainText('Recorded on');
  await slider(page, 'Bits per number').fill('6');
  await expect(figure(page)).toHaveText('60.0 % right');
  await expect(lesson(page).getByRole('alert')).toHaveCount(0);
});

test('no axe violation, light and dark', async ({ page }) => {
  await open(page);
  await together(page, 3);
  await expect(figure(page)).toHaveText('30.0 % right');
  await accessible(page, '#lesson-card');
});

const strip = (page: Page) => page.getByRole('region', { name: 'Results' });
const model = (page: Page, name: string) => strip(page).locator(`[data-model=${name}] .figure`);

test('one button heals at the widths of the slider; the strip fills; other widths get a run of their own', async ({
  page,
}) => {
  await page.goto(fakePage('delay=1'));
  await expect(model(page, 'FP32')).toHaveText('87.9 %');
  await expect(strip(page)).toContainText('FP32 and PTQ: recorded.');
  await together(page, 4);
  await expect(model(page, 'PTQ')).toHaveText('40.0 %');
  await expect(model(page, 'QAT')).toHaveText('–');
  await lesson(page).getByRole('button', { name: 'Heal it: QAT at 4/4 bits' }).click();
  await expect(lesson(page)).toContainText(/step \d+ of 60/);
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  await expect(strip(page)).toHaveAttribute('data-split', 'test');
  await expect(model(page, 'QAT')).toHaveText('90.0 %');
  await expect(model(page, 'PTQ')).toHaveText('75.0 %');
  // Right on every image but those that are no multiple of ten: 10 points and more apart.
  await expect(strip(page)).toContainText(/QAT against PTQ: \+15\.00 points, \+14\.\d\d to \+15\.\d\d\./);
  await expect(strip(page)).toContainText('10,000 test pictures');
  await expect(lesson(page).getByRole('button', { name: /^Healed/ })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.locator('[data-step=convert]')).toHaveAttribute('data-status', 'done');
  await expect(page.locator('[data-step=train]')).not.toHaveAttribute('data-status', 'done');

  const runs = () => page.evaluate(() => (globalThis as unknown as { playground: Project }).playground.runs.length);
  expect(await runs()).toBe(1);
  await slider(page, 'Bits per number').fill('3');
  await expect(model(page, 'QAT')).toHaveText('–');
  await lesson(page).getByRole('button', { name: 'Heal it: QAT at 3/3 bits' }).click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  expect(await runs()).toBe(2);
  // What was healed before stands there when the slider comes back.
  await slider(page, 'Bits per number').fill('4');
  await expect(model(page, 'QAT')).toHaveText('90.0 %');
});

test('what step 8 measured stands in the strip too, at the widths it was measured at', async ({ page }) => {
  await page.goto(fakePage('delay=0'));
  await page.getByRole('button', { name: 'Open all steps' }).click();
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  await expect(strip(page)).toHaveAttribute('data-split', 'test');
  const measured = (row: RegExp) => page.locator('[data-step=compare]').getByRole('row', { name: row }).first();
  for (const [name, row] of [
    ['FP32', /^FP32/],
    ['PTQ', /^PTQ INT8/],
    ['QAT', /^QAT INT8/],
  ] as const) {
    const shown = Number.parseFloat(await model(page, name).innerText());
    await expect(measured(row)).toContainText(`${shown.toFixed(2)} %`);
  }
  await together(page, 4);
  await expect(model(page, 'QAT')).toHaveText('–');
});

test('the best training that is known for the widths is one press away', async ({ page }) => {
  await page.goto(fakePage('delay=0'));
  await together(page, 4);
  const best = lesson(page).getByRole('button', { name: 'As well as is known' });
  await expect(lesson(page)).toContainText('Roundings are learned first, in some minutes');
  await expect(lesson(page)).toContainText('1,400 steps: batch norm folded first');
  await best.click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  const recipe = () => page.evaluate(() => (globalThis as unknown as { playground: Project }).playground.recipe);
  expect(await recipe()).toMatchObject(learnedAt({ weightBits: 4, activationBits: 4 }));
  await expect(best).toHaveCount(0);
  await slider(page, 'Bits per number').fill('3');
  await expect(lesson(page)).toContainText('1,400 steps');
});

test('a training that fails is told beside the button, and the next press goes on', async ({ page }) => {
  await page.goto(fakePage('delay=1&fail=train'));
  await lesson(page)
    .getByRole('button', { name: /^Heal it/ })
    .click();
  await expect(lesson(page).getByRole('alert')).toContainText('The loss is running away.');
  await lesson(page)
    .getByRole('button', { name: /^Heal it/ })
    .click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  await expect(lesson(page).getByRole('alert')).toHaveCount(0);
});

test('the real network: QAT of a few steps, and all three on the same images', async ({ page }) => {
  await page.goto('/?backend=wasm&steps=4&batch=4&images=1000&weight-bits=4&activation-bits=8');
  await lesson(page).getByRole('button', { name: 'Heal it: QAT at 4/8 bits' }).click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  await expect(strip(page)).toHaveAttribute('data-images', '1000');
  for (const name of ['FP32', 'PTQ', 'QAT']) {
    const share = parseFloat((await model(page, name).textContent())!);
    // FP32 has 88.6 % of 10,000, of which 4-bit weights and four steps of four images take a few points.
    expect(share).toBeGreaterThan(75);
    expect(share).toBeLessThan(93);
  }
  await expect(strip(page)).toContainText(/QAT against FP32: .\d+\.\d\d points/);
});

test('the real network: at 8 bits nothing is lost, at 2 all is; no step was run but Load', async ({ page }) => {
  await page.goto('/');
  const share = async () => parseFloat((await figure(page).textContent())!);
  for (const [bits, least, most] of [
    [8, 85, 92],
    [2, 5, 25],
  ]) {
    await together(page, bits);
    await expect(lesson(page)).toContainText(/[2-5],\d+ validation pictures/, LONG);
    expect(await share()).toBeGreaterThan(least);
    expect(await share()).toBeLessThan(most);
  }
  // Loading again, as for another backend, leaves the engine what it has.
  await page.evaluate(async () => {
    await (globalThis as unknown as { playground: Project }).playground.again('load');
  });
  await slider(page, 'Bits per number').fill('6');
  await expect(lesson(page)).toContainText('Measured here: quantized to 6/6 bits', LONG);
  await expect(page.locator('[data-step=load]')).toHaveAttribute('data-status', 'done');
  await expect(page.locator('[data-step=fuse]')).toHaveAttribute('data-status', 'idle');
});

test('in large text the strip of results takes few lines: on a small screen one, which scrolls by keys', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(fakePage('delay=1&address=%3Ftext%3D150'));
  await page.getByRole('button', { name: /^Heal it/ }).click();
  await expect(strip(page)).toHaveAttribute('data-complete', 'true', LONG);
  const lines = () =>
    strip(page).evaluate((part) => part.clientHeight / parseFloat(getComputedStyle(document.documentElement).fontSize));
  // In ems: padding, a line of figures, and two of what they say.
  expect(await lines()).toBeLessThan(6.5);
  await expect(strip(page)).not.toHaveAttribute('tabindex');
  await page.setViewportSize({ width: 375, height: 800 });
  await expect.poll(lines).toBeLessThan(3.5);
  await expect(strip(page)).toHaveAttribute('tabindex', '0');
  await strip(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => strip(page).evaluate((part) => part.scrollLeft)).toBeGreaterThan(0);
  await accessible(page, '.strip');
});

test('what is come to by keys stands above the strip, not under it', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const width of [375, 1280]) {
    await page.setViewportSize({ width, height: 700 });
    await page.goto(fakePage());
    await expect(page.getByRole('button', { name: 'Run all nine steps' })).toBeVisible();
    const [reached, hidden] = await page.evaluate(async () => {
      const strip = document.querySelector<HTMLElement>('.strip')!;
      const controls = document.querySelectorAll<HTMLElement>(
        'main :is(a, button, input, select, summary, [tabindex="0"])',
      );
      const seen = Array.from(controls).filter((one) => one !== strip && one.checkVisibility());
      const under: string[] = [];
      for (const one of seen) {
        one.focus();
        // Parts out of sight are laid out as they come into it.
        await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
        if (document.activeElement !== one) continue;
        const [{ bottom, height }, { top }] = [one.getBoundingClientRect(), strip.getBoundingClientRect()];
        if (height < top / 2 && bottom > top + 1)
          under.push(`${one.tagName} ${one.textContent.trim()} ${bottom} ${top}`);
      }
      return [seen.length, under] as const;
    });
    expect(reached).toBeGreaterThan(30);
    expect(hidden).toEqual([]);
  }
});
