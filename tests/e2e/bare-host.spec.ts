// The built page on a host that sets no headers, in a folder of it: threads by way of the service worker, and without one.
import { expect, test, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import { brief } from '../browser/training-page';
import { noteComplaints } from '../complaints';
import { Site } from './site';
import { noteViolations, violationsSoFar } from './violations';
import { runAll } from './visit';

const RECIPE = '?backend=wasm&steps=2&batch=2&images=64&weight-bits=8&activation-bits=8';
const OWN_WORKER = /(train|engine|baseline)\.worker/;
interface Global {
  playground: Project;
}

const site = new Site('/some/where/', false);
test.beforeEach(() => site.open());
test.afterEach(() => site.close());

const title = (page: Page) => expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);
const controlled = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);
/** How often the page was loaded from now on. */
const countLoads = (page: Page) => {
  const loads = { count: 0 };
  page.on('load', () => loads.count++);
  return loads;
};
/** Processors that the page believes to have: what threads there are must not hang on the machine of the test. */
const FOUR = () => Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 4 });

test('isolated after one reload that comes by itself; all nine steps, without a request that leaves', async ({
  page,
}) => {
  // Chromium tells of what the page's policy ended as an error; of a worker's it tells the worker alone.
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  const asked = new Set<string>();
  page.on('worker', (worker) => {
    // Threads hear nothing; the workers of before the reload are gone.
    if (OWN_WORKER.test(worker.url())) void worker.evaluate(noteViolations).catch(() => {});
  });
  // Of the service worker and of workers, too.
  page.context().on('request', (request) => asked.add(request.url()));
  const loads = countLoads(page);
  await page.goto(site.url + RECIPE);
  await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 60_000 });
  await title(page);
  await brief(page);
  const { training, images } = await runAll(page);
  expect([training.steps, images]).toEqual([2, 64]);
  const shared = await page.evaluate(
    () => (globalThis as unknown as Global).playground.results.load!.backend.sharedMemory,
  );
  expect(shared).toBe(true);
  await expect(page.getByText(/^One thread[,:]/)).toHaveCount(0);
  expect(loads.count).toBe(2);
  expect(complaints).toEqual([]);
  const workers = page.workers().filter((worker) => OWN_WORKER.test(worker.url()));
  expect(workers).toHaveLength(3);
  expect(await Promise.all(workers.map((worker) => worker.evaluate(violationsSoFar)))).toEqual([[], [], []]);
  const { origin } = new URL(site.url);
  expect(asked.size).toBeGreaterThan(20);
  expect([...asked].filter((url) => ![`blob:${origin}/`, site.url].some((own) => url.startsWith(own)))).toEqual([]);
});

test('no reload by itself once something was begun, nor after a reload by hand', async ({ page }) => {
  const loads = countLoads(page);
  // The worker comes once the visitor has begun.
  let come = () => {};
  const begun = new Promise<void>((resolve) => (come = resolve));
  await page.context().route('**/sw.js', async (route) => {
    await begun;
    await route.continue();
  });
  await page.goto(site.url);
  await title(page);
  await page.getByRole('button', { name: 'Open all steps' }).click();
  come();
  const button = page.getByRole('button', { name: 'Reload for threads' });
  await expect(button).toBeVisible({ timeout: 60_000 });
  expect([loads.count, await isolated(page)]).toEqual([1, false]);
  await button.click();
  await page.waitForFunction(() => crossOriginIsolated);
  await expect(page.getByText('Ready offline:')).toBeVisible();
  await expect(button).toHaveCount(0);

  // Past the worker: it is asked for the page's other files, not for the page.
  const session = await page.context().newCDPSession(page);
  await session.send('Page.reload', { ignoreCache: true });
  await expect(button).toBeVisible({ timeout: 60_000 });
  await controlled(page);
  expect(loads.count).toBe(3);
});

test('can be installed: nothing in its manifest keeps Chromium from offering it', async ({ page }) => {
  await page.goto(site.url);
  const session = await page.context().newCDPSession(page);
  const { url, errors, data } = await session.send('Page.getAppManifest');
  expect([url, errors]).toEqual([`${site.url}manifest.webmanifest`, []]);
  const { icons } = JSON.parse(data!) as { icons: { src: string; sizes: string }[] };
  for (const { src, sizes } of icons) {
    const size = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    if (sizes !== 'any') expect(size).toBe(sizes);
  }
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // Playwright's contexts are incognito.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});

test.describe('without service workers', () => {
  test.use({ serviceWorkers: 'block' });

  test('on one thread, and the page says so', async ({ page }) => {
    const complaints: string[] = [];
    noteComplaints(page, complaints, ['error']);
    await page.addInitScript(FOUR);
    await page.goto(site.url + RECIPE);
    await expect(page.getByText('One thread: this browser, or this window of it')).toBeVisible();
    expect(await isolated(page)).toBe(false);
    const { threads } = await page.evaluate(async () => {
      const { playground } = globalThis as unknown as Global;
      return (await playground.heal()).engine;
    });
    expect(threads).toBe(1);
    await expect(page.getByText('1 thread; shared memory is not available.')).toBeVisible();
    expect(complaints).toEqual([]);
  });
});
