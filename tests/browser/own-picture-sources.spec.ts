// Where a visitor's own picture comes from: a file, the clipboard, a drop, a drawing; and files that are none.
// Not for what is answered: own-picture.spec.ts.
import { expect } from '@playwright/test';
import { saidSize } from '../../src/data/said-size';
import { answers, button, bytesOf, compare, expectMean, loaded, problem, seen, sources, where } from './own-picture';
import { choose, png, type Rgb } from './pictures';
import { test, type Global } from './ui-page';

test('pasted by keys while it is in sight, and by the button', async ({ page }) => {
  await loaded(page);
  await sources(page).scrollIntoViewIfNeeded();
  const paste = (colour: Rgb) =>
    page.evaluate(
      (bytes) => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([Uint8Array.from(bytes)], 'pasted.png', { type: 'image/png' }));
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      },
      bytesOf(png(32, 32, () => colour)),
    );
  await expect(async () => {
    await paste([100, 100, 100]);
    await expect(answers(page)).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectMean(page, 100);
  await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
  await expect(sources(page)).not.toBeInViewport();
  // The page hears of it in a frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await paste([200, 200, 200]);
  await sources(page).scrollIntoViewIfNeeded();

  const clipboard = (bytes: number[] | undefined, refuses = false) =>
    page.evaluate(
      ([bytes, refuses]) => {
        const blob = new Blob([Uint8Array.from(bytes ?? [])], { type: 'image/png' });
        const items = bytes ? [new ClipboardItem({ 'image/png': blob })] : [];
        const read = () =>
          refuses ? Promise.reject(new DOMException('No.', 'NotAllowedError')) : Promise.resolve(items);
        Object.defineProperty(navigator, 'clipboard', { value: { read }, configurable: true });
      },
      [bytes, refuses] as const,
    );
  await clipboard(bytesOf(png(32, 32, () => [50, 50, 50])));
  await button(page, 'Paste').click();
  await expectMean(page, 50);
  await clipboard(undefined);
  await button(page, 'Paste').click();
  await expect(problem(page)).toContainText('There is no picture on the clipboard.');
  await clipboard(undefined, true);
  await button(page, 'Paste').click();
  await expect(problem(page)).toContainText('The browser does not let this page read the clipboard. Press Ctrl+V');
  await expect(answers(page)).toBeVisible();
  // What was pasted elsewhere was not taken.
  const firsts = page.evaluate(() => (globalThis as unknown as Global).fake.shown.map(({ pixels }) => pixels[0]));
  expect(new Set(await firsts)).toEqual(new Set([100, 50]));
});

test('dropped', async ({ page }) => {
  await loaded(page);
  const drop = (bytes: number[] | undefined) =>
    sources(page).evaluate((group, bytes) => {
      const dataTransfer = new DataTransfer();
      if (bytes) dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'dropped.png', { type: 'image/png' }));
      else dataTransfer.setData('text/plain', 'https://example.org/picture.png');
      for (const name of ['dragover', 'drop'])
        group.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
    }, bytes);
  await drop(bytesOf(png(64, 32, () => [30, 30, 30])));
  await expectMean(page, 30);
  await drop(undefined);
  await expect(problem(page)).toContainText('What was dropped is no file.');
  await expect(answers(page)).toBeVisible();
});

test('drawn with a pointer, black on white, and cleared', async ({ page }) => {
  await loaded(page);
  await button(page, 'Draw').click();
  await expect(compare(page)).toContainText('Drawing needs one of them: with a keyboard, choose a file');
  const sheet = compare(page).getByRole('img', { name: 'Sheet to draw on' });
  await sheet.scrollIntoViewIfNeeded();
  await compare(page).getByLabel('Colour').fill('#000000');
  await compare(page).getByRole('slider', { name: 'Width of the brush' }).fill('48');
  const box = (await sheet.boundingBox())!;
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + 1, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, middle, { steps: 10 });
  await page.mouse.up();
  await button(page, 'Use the drawing').click();
  // A band of 48 of 256 rows is black; the sheet's border takes a little.
  await expect(answers(page)).toBeVisible();
  const pixels = (await seen(page))!;
  const row = (y: number) => pixels.slice(96 * y + 12, 96 * y + 84);
  expect(Math.max(...row(16))).toBe(0);
  for (const y of [0, 8, 24, 31]) expect(Math.min(...row(y))).toBe(255);
  // What was drawn stays while the sheet is closed.
  await button(page, 'Close the drawing').click();
  await expect(sheet).toBeHidden();
  await button(page, 'Draw').click();
  await button(page, 'Clear').click();
  await button(page, 'Use the drawing').click();
  await expectMean(page, 255);
});

test('a broken file, a huge one and a long one are told of; the picture there stays', async ({ page }) => {
  await loaded(page);
  const stays = async (message: string | RegExp) => {
    await expect(problem(page)).toContainText(message);
    await expect(where(page)).toHaveText('40 × 40 pixels at 0, 0 of 40 × 40.');
    await expect(answers(page)).toBeVisible();
  };
  const good = png(40, 40, () => [70, 70, 70]);
  await choose(page, good);
  await expect(answers(page)).toBeVisible();
  await choose(page, Buffer.from('No picture.'), 'text.png');
  await stays('This file is no picture that your browser can read.');
  await choose(page, good.subarray(0, 30));
  await stays('This file is no picture that your browser can read.');
  const huge = Buffer.from(good);
  huge.writeUInt32BE(10_000, 16);
  huge.writeUInt32BE(10_000, 20);
  await choose(page, huge);
  await stays('This picture has 10000 × 10000 pixels, more than 50 megapixels.');
  await choose(page, Buffer.alloc(20_000_001));
  await stays('This file is larger than 20 MB.');
  await choose(page, good);
  await expect(problem(page)).toHaveCount(0);
});

test('files of this browser’s own say how large they are', async ({ page }) => {
  await page.goto('/tests/browser/blank.html');
  for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
    const bytes = await page.evaluate(async (type) => {
      const canvas = new OffscreenCanvas(300, 200);
      canvas.getContext('2d')!.fillRect(10, 10, 100, 100);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer())];
    }, type);
    expect(saidSize(Uint8Array.from(bytes))).toEqual({ width: 300, height: 200 });
  }
});
