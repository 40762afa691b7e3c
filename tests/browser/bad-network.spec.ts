// The page on a network that fails: what could not be fetched is said to be that, and can be fetched once it is back.
// Not for the downloads themselves: downloads.spec.ts.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import {
  card,
  event,
  LONG,
  loseDevice,
  SMALL,
  start,
  trained,
  visit,
  watchDevices,
  type Global,
} from './training-page';

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
      return playground.testImages([0, 1]).then(
        (images) => images.map(({ labels }) => labels[0]),
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
  const load = page.locator('[data-step=load]');
  await load.getByRole('button', { name: /^Run/ }).click();
  await expect(load).toHaveAttribute('data-status', 'failed');
  await expect(load).toContainText('could not be loaded');
  await expect(load).toContainText('Check the connection');
});

test('what is to take the place of a lost device and cannot be fetched is fetched at Retry', async ({ page }) => {
  const retry = () =>
    card(page)
      .getByRole('button', { name: /^Retry/ })
      .click();
  const failed = async (text: RegExp) => {
    await expect(card(page)).toContainText(text, LONG);
    await trained(page, 'failed');
  };
  await visit(page, { ...SMALL, backend: 'webgpu' });
  await watchDevices(page);
  await start(page);
  await event(page, 'qat', 'step', 2);
  await cut(page, '**/wasm/*');
  await loseDevice(page, true);
  await failed(/manifest\.json could not be reached/);
  // Now as far as to tfjs's own module.
  await mend(page);
  await cut(page, '**/wasm/kernels*.wasm');
  await retry();
  await failed(/kernels.* could not be reached/);
  await mend(page);
  await retry();
  await trained(page);
  await expect(page.locator('header').first()).toContainText('The graphics device was lost. WASM has taken over.');
  // What a lost device's last calls complain of is no error of the page.
  complaints.splice(0);
});

test('what failed in a worker is under Details with what caused it, and is logged once', async ({ page }) => {
  await cut(page, '**/checkpoint/manifest.json');
  await page.goto('/');
  const load = page.locator('[data-step=load]');
  await load.getByRole('button', { name: /^Run/ }).click();
  await expect(load).toHaveAttribute('data-status', 'failed', LONG);
  await expect(load).toContainText('could not be reached');
  await load.getByText('Details of the failure').click();
  await expect(load.locator('.failure pre')).toContainText(/^TypeError: Failed to fetch/);
  const logged = complaints.filter((text) => text.startsWith('Step load failed.'));
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !logged.includes(text)));
  expect(logged).toEqual([expect.stringContaining('\nTypeError: Failed to fetch')]);
});
