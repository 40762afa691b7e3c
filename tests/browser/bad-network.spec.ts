// The page on a network that fails: what could not be fetched is said to be that, and can be fetched once it is back.
// Not for the downloads themselves: downloads.spec.ts.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import { LONG, visit, type Global } from './training-page';

type Downloads = typeof import('./downloads');

const complaints: string[] = [];
test.beforeEach(({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
});
test.afterEach(() => {
  expect(complaints.filter((text) => !/^Failed to load resource: net::ERR_/.test(text))).toEqual([]);
});

/** No request for such a path gets through until the network is whole again. */
const cut = (page: Page, path: string | RegExp) => page.route(path, (route) => route.abort('connectionrefused'));
const mend = (page: Page) => page.unrouteAll();

test('test pictures that could not be fetched can be fetched later', async ({ page }) => {
  await cut(page, '**/data/manifest.json');
  await visit(page, {});
  const labels = () =>
    page.evaluate(async () => {
      const { playground } = globalThis as unknown as Global;
      return playground.testImages(2).then(
        ({ labels }) => [...labels],
        (error: { code: string }) => error.code,
      );
    });
  expect(await labels()).toBe('network');
  await mend(page);
  expect(await labels()).toEqual([3, 8]);
});

test('a peer whose images could not be fetched can be started later', async ({ page }) => {
  await page.goto('/tests/browser/blank.html');
  const measure = () =>
    page.evaluate(async () => {
      const downloads: Downloads = await import('/tests/browser/downloads.ts' as './downloads');
      return downloads.measurePeer();
    });
  await cut(page, '**/data/test-00.bin');
  expect(await measure()).toMatch(/^network: .*test-00\.bin/);
  await mend(page);
  expect(await measure()).toBe('2 samples');
});

test('a worker without its script says so', async ({ page }) => {
  await cut(page, /\/train\.worker\.ts/);
  await page.goto('/');
  const card = page.locator('[data-step=load]');
  await card.getByRole('button', { name: /^Run/ }).click();
  await expect(card).toHaveAttribute('data-status', 'failed');
  await expect(card).toContainText('could not be loaded');
  await expect(card).toContainText('Check the connection');
});

test('what failed in a worker is under Details with what caused it, and is logged once', async ({ page }) => {
  await cut(page, '**/checkpoint/manifest.json');
  await page.goto('/');
  const card = page.locator('[data-step=load]');
  await card.getByRole('button', { name: /^Run/ }).click();
  await expect(card).toHaveAttribute('data-status', 'failed', LONG);
  await expect(card).toContainText('could not be reached');
  await card.getByText('Details of the failure').click();
  await expect(card.locator('.failure pre')).toContainText(/^TypeError: Failed to fetch/);
  const logged = complaints.filter((text) => text.startsWith('Step load failed.'));
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !logged.includes(text)));
  expect(logged).toEqual([expect.stringContaining('\nTypeError: Failed to fetch')]);
});
