// A visitor's own picture from the camera, which is closed whenever nobody looks; and cameras that fail.
import { expect, type Page } from '@playwright/test';
import { answers, button, compare, loaded, problem, seen, where } from './own-picture';
import { test } from './ui-page';

test.describe('the camera', () => {
  /** Gives pictures of one grey, and notes its tracks. */
  const withCamera = (page: Page) =>
    page.evaluate(() => {
      const tracks: MediaStreamTrack[] = [];
      navigator.mediaDevices.getUserMedia = async () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
        const context = canvas.getContext('2d')!;
        const draw = () => {
          context.fillStyle = 'rgb(60 60 60)';
          context.fillRect(0, 0, 64, 48);
          requestAnimationFrame(draw);
        };
        draw();
        const stream = canvas.captureStream();
        tracks.push(...stream.getTracks());
        return stream;
      };
      Object.assign(globalThis, { tracks });
    });
  const tracks = (page: Page) =>
    page.evaluate(() =>
      (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState),
    );
  const refusing = (page: Page, name: string) =>
    page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No.', name));
    }, name);

  test('is taken a picture from, and closed then', async ({ page }) => {
    await loaded(page);
    await withCamera(page);
    await button(page, 'Use the camera').click();
    await expect(button(page, 'Take the picture')).toHaveAttribute('aria-disabled', 'false');
    expect(await tracks(page)).toEqual(['live']);
    await button(page, 'Take the picture').click();
    await expect(where(page)).toHaveText('48 × 48 pixels at 8, 0 of 64 × 48.');
    await expect(answers(page)).toBeVisible();
    const [first] = (await seen(page))!;
    // What a camera gives is coded as video.
    expect(Math.abs(first! - 60)).toBeLessThan(8);
    expect(await tracks(page)).toEqual(['ended']);
    await expect(compare(page).getByRole('heading', { name: 'A picture of your own' })).toBeFocused();
  });

  test('is closed by hand, and where nobody sees it', async ({ page }) => {
    await loaded(page);
    await withCamera(page);
    await button(page, 'Use the camera').click();
    await expect(button(page, 'Take the picture')).toHaveAttribute('aria-disabled', 'false');
    await button(page, 'Close the camera').click();
    await expect.poll(() => tracks(page)).toEqual(['ended']);
    await button(page, 'Use the camera').click();
    await expect(button(page, 'Take the picture')).toHaveAttribute('aria-disabled', 'false');
    await compare(page)
      .getByRole('button', { name: /Compare/, expanded: true })
      .click();
    await expect.poll(() => tracks(page)).toEqual(['ended', 'ended']);
  });

  for (const [name, message] of [
    ['NotAllowedError', 'The camera may not be used: it was refused. Allow it'],
    ['NotFoundError', 'There is no camera that this page can use.'],
    ['NotReadableError', 'The camera did not start. Another program may have it'],
  ])
    test(`that fails with ${name} is told of`, async ({ page }) => {
      await loaded(page);
      await refusing(page, name!);
      await button(page, 'Use the camera').click();
      await expect(problem(page)).toContainText(message!);
      await expect(button(page, 'Use the camera')).toBeVisible();
    });
});
