// The slider of bits that opens the page: on invented answers what it shows and says, on the real network what it gives.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { recordedStop } from '../../src/ui/lesson/recorded';
import { noteComplaints } from '../complaints';
import type { FakeWorkers } from '../ui/fake-workers';
import { LONG } from './training-page';

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
const open = (page: Page) => page.goto('/tests/ui/fake.html');
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
  await open(page);
  const { correct } = recordedStop(DEFAULT_RECIPE);
  await expect(figure(page)).toHaveText(`${(correct / 10).toFixed(1)} % right`);
  await expect(lesson(page)).toContainText('Recorded on');
  expect(await asked(page)).toEqual([]);
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

for (const colorScheme of ['light', 'dark'] as const)
  test(`no axe violation, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    await together(page, 3);
    await expect(figure(page)).toHaveText('30.0 % right');
    expect((await new AxeBuilder({ page }).include('#lesson-card').analyze()).violations).toEqual([]);
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
  await expect(page.locator('[data-step=load]')).toHaveAttribute('data-status', 'done');
  await expect(page.locator('[data-step=fuse]')).toHaveAttribute('data-status', 'idle');
});
