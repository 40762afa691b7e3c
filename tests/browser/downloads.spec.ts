// Downloads as a browser makes them: Cache API, gzip streams, the dev server's start page for unknown paths.
// Failures and retries: src/core/fetch-verified.test.ts.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';

type Downloads = typeof import('./downloads');

const complaints: string[] = [];
test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
  await page.goto('/tests/browser/blank.html');
});
test.afterEach(() => expect(complaints).toEqual([]));

const inPage = <T>(page: Page, work: (module: Downloads) => Promise<T>): Promise<T> =>
  page.evaluate(`import('/tests/browser/downloads.ts').then(${work.toString()})`) as Promise<T>;

test('a checkpoint comes from the cache the second time', async ({ page }) => {
  const result = await inPage(page, (module) => module.checkpointTwice(false));
  expect(result).toEqual({ first: false, second: true, equal: true });
});

test('a damaged entry of the cache is replaced', async ({ page }) => {
  const result = await inPage(page, (module) => module.checkpointTwice(true));
  expect(result).toEqual({ first: false, second: false, equal: true });
});

test('a second visit needs no network', async ({ page, context }) => {
  const visit = async () => [
    await inPage(page, (module) => module.checkpointFromCache()),
    await inPage(page, (module) => module.testLabels(2)),
  ];
  expect(await visit()).toEqual([false, [3, 8]]);
  await context.setOffline(true);
  expect(await visit()).toEqual([true, [3, 8]]);
  // The two manifests are asked for each time.
  const failed = 'Failed to load resource: net::ERR_INTERNET_DISCONNECTED';
  expect(complaints.splice(0)).toEqual([failed, failed]);
});

test('images are unpacked', async ({ page }) => {
  expect(await inPage(page, (module) => module.testLabels(8))).toEqual([3, 8, 8, 0, 6, 6, 1, 6]);
});

test('a start page instead of a manifest is recognised', async ({ page }) => {
  expect(await inPage(page, (module) => module.missing())).toContain('web page instead of');
});
