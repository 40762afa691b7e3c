// A visitor's own picture, as its specs find their way to it. Not for what is tested: own-picture*.spec.ts.
import { expect, type Page } from '@playwright/test';
import type { Rgb } from './pictures';
import { card, open, type Global } from './ui-page';

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];

export const compare = (page: Page) => card(page, 'compare');
export const button = (page: Page, name: string) => compare(page).getByRole('button', { name, exact: true });
export const sources = (page: Page) => compare(page).getByRole('group', { name: 'Where the picture comes from' });
export const square = (page: Page) => compare(page).getByRole('application', { name: 'Square that is cut out' });
export const where = (page: Page) => compare(page).getByText(/^\d+ × \d+ pixels at/);
export const answers = (page: Page) =>
  compare(page).getByRole('region', { name: 'Answers of the models to your picture' });
/** As text, which is there out of sight too. */
export const models = async (page: Page) =>
  (await answers(page).getByRole('rowheader').allTextContents()).map((name) => name.trim());
export const problem = (page: Page) => compare(page).getByRole('alert');

export const loaded = async (page: Page, query = 'delay=1'): Promise<void> => {
  await open(page, query);
  await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await expect(sources(page)).toBeVisible();
  await sources(page).scrollIntoViewIfNeeded();
};
/** What FP32 was given last. */
export const seen = (page: Page): Promise<number[] | undefined> =>
  page.evaluate(() => {
    const { shown } = (globalThis as unknown as Global).fake;
    const last = shown.findLast(({ model }) => model === 'fp32');
    return last && [...last.pixels];
  });
/** Once FP32 was given so bright a picture, on average. */
export const expectMean = (page: Page, mean: number) =>
  expect
    .poll(async () => {
      const pixels = (await seen(page)) ?? [];
      return Math.abs(pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length - mean) < 1;
    })
    .toBe(true);
/** A file as a script of the page's has it, for events that bring one. */
export const bytesOf = (buffer: Buffer): number[] => [...buffer];
