// The page in a private window of Firefox, which keeps nothing for the next visit, and gives some kinds of storage not at all.
// Skipped where there is no Firefox.
import { expect, test } from '@playwright/test';
import { firefoxPath } from '../../scripts/firefox';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { toQuery } from '../../src/recipe/recipe-text';
import { startFirefox, type Firefox } from '../e2e/marionette';
import type { Started } from '../browser/killed-workers';

let firefox: Firefox | undefined;
test.afterEach(() => firefox?.close());

test('a private window of Firefox: training and conversion work', async ({ baseURL }) => {
  const path = firefoxPath();
  test.skip(!path, 'There is no Firefox.');
  firefox = await startFirefox(path!, { 'browser.privatebrowsing.autostart': true });
  const recipe = { ...DEFAULT_RECIPE, steps: 2, batch: 2, weightBits: 8, images: 64 } as const;
  await firefox.goto(`${baseURL}/?${toQuery(recipe).replace(/^\?/, '')}`);
  const files = await firefox.evaluate(() => {
    const complaints: string[] = [];
    Object.assign(window, { complaints });
    addEventListener('error', ({ message }) => complaints.push(message));
    addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
    // What such windows do not give tells that this is one.
    return navigator.storage.getDirectory().then(() => 'given', String);
  });
  const layers = await firefox.evaluate(async () => {
    const { playground } = globalThis as unknown as Started;
    await playground.heal();
    return playground.results.convert!.engine.layers.length;
  });
  expect(layers).toBeGreaterThan(20);
  const complaints = await firefox.evaluate(() => (window as unknown as { complaints: string[] }).complaints);
  expect(files).toContain('SecurityError');
  expect(complaints).toEqual([]);
});
