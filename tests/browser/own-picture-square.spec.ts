// The square that is cut out of a visitor's own picture: by keys, dragged, clicked. Not for averaging it: src/ui/own/*.test.ts.
import { expect } from '@playwright/test';
import { BLACK, compare, expectMean, loaded, seen, square, where, WHITE } from './own-picture';
import { choose, png } from './pictures';
import { test } from './ui-page';

test('a square is moved and sized by keys, and the networks see the means of what is in it', async ({ page }) => {
  await loaded(page);
  await choose(
    page,
    png(192, 128, (x) => (x < 96 ? BLACK : WHITE)),
  );
  await expect(where(page)).toHaveText('128 × 128 pixels at 32, 0 of 192 × 128.');
  await expectMean(page, 127.5);
  await square(page).focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await expect(where(page)).toHaveText('128 × 128 pixels at 64, 0 of 192 × 128.');
  await expectMean(page, 191.25);
  const right = (await seen(page))!;
  expect(right.slice(0, 3 * 8)).toEqual(Array.from({ length: 24 }, () => 0));
  expect(right.slice(3 * 8, 3 * 32)).toEqual(Array.from({ length: 72 }, () => 255));
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowLeft');
  await expect(where(page)).toHaveText('128 × 128 pixels at 0, 0 of 192 × 128.');
  await expectMean(page, 63.75);
  // Closer until no closer, about the middle; out again.
  for (let i = 0; i < 20; i++) await page.keyboard.press('+');
  await expect(where(page)).toContainText(/^32 × 32 pixels at (4[5-9]|5[01]), (4[5-9]|5[01]) of/);
  const top = async () => Number(/, (\d+) of/.exec(await where(page).innerText())![1]);
  const before = await top();
  await page.keyboard.press('ArrowDown');
  await expect.poll(top).toBe(before + 1);
  await page.keyboard.press('-');
  await expect(where(page)).toContainText(/^35 × 35/);
  await compare(page).getByRole('slider', { name: 'Size of the square' }).fill('100');
  await expect(where(page)).toContainText(/^100 × 100/);
});

test('a square is dragged, and put where the picture is clicked', async ({ page }) => {
  await loaded(page);
  await choose(
    page,
    png(192, 128, (x) => (x < 96 ? BLACK : WHITE)),
  );
  await compare(page).getByRole('slider', { name: 'Size of the square' }).fill('64');
  await square(page).scrollIntoViewIfNeeded();
  const stage = (await compare(page).locator('.stage').boundingBox())!;
  const scale = stage.width / 192;
  const at = (x: number, y: number): [number, number] => [stage.x + x * scale, stage.y + y * scale];
  await page.mouse.click(...at(150, 96));
  await expect(where(page)).toHaveText(/^64 × 64 pixels at (117|118|119), 64 of/);
  await expectMean(page, 255);
  await page.mouse.move(...at(150, 96));
  await page.mouse.down();
  await page.mouse.move(...at(100, 60), { steps: 4 });
  await page.mouse.move(...at(40, 40), { steps: 4 });
  await page.mouse.up();
  await expect(where(page)).toHaveText(/^64 × 64 pixels at (7|8|9), (7|8|9) of/);
  await expectMean(page, 0);
  // Let go, it stays.
  await page.mouse.move(...at(150, 96));
  await expect(where(page)).toHaveText(/^64 × 64 pixels at (7|8|9), (7|8|9) of/);
});
