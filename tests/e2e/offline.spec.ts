// The built page without its server: what was run once runs again, a new version takes over whole, damage is noticed.
// What is kept file by file: src/offline/shell.test.ts.
import { expect, test, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import { brief } from '../browser/training-page';
import { noteComplaints } from '../complaints';
import { builtVersion, deploy } from './next-version';
import { Site } from './site';
import { card, runAll } from './visit';

let site: Site;
test.beforeEach(async () => {
  site = new Site();
  await site.open();
});
test.afterEach(() => site.close());

const visit = async (page: Page, query = '') => {
  await page.goto(site.url + query);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
};
const isKept = (page: Page) => expect(page.getByText('Ready offline:')).toBeVisible({ timeout: 60_000 });
/** Step 1 to its end, on the processor. @returns its card */
const load = async (page: Page) => {
  const step = card(page, 'load');
  await step.getByRole('radio', { name: /^WebAssembly/ }).check();
  await step.getByRole('button', { name: /^Run/ }).click();
  await page.locator('[data-step=load]:is([data-status=done], [data-status=failed])').waitFor({ timeout: 120_000 });
  return step;
};
/** Overwrites what is kept of files whose address ends so. */
const damage = (page: Page, endings: string[]) =>
  page.evaluate(async (endings) => {
    let damaged = 0;
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) {
        if (!endings.some((ending) => url.endsWith(ending))) continue;
        await cache.put(url, new Response('damaged'));
        damaged++;
      }
    }
    return damaged;
  }, endings);

test('what has run runs again without the server; what is damaged then is noticed, and mended once it is back', async ({
  page,
}) => {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  await visit(page);
  await isKept(page);
  await expect(page.getByText('Not kept yet: the network’s weights and the images.')).toBeVisible();
  await expect(await load(page)).toContainText('Downloaded');
  await expect(page.getByText(/Kept beside it: the weights and .* of .* of images/)).toBeVisible();
  expect(complaints).toEqual([]);

  await site.close();
  await visit(page, '?weight-bits=4');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(await load(page)).toContainText('Read from this browser’s cache');
  await visit(page, '?lang=zh');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  expect(complaints).toEqual([]);

  // The weights once; the modules as the page and as the downloads keep them.
  expect(await damage(page, ['shard-1.bin', 'wasm-threaded-simd.wasm', 'wasm-simd.wasm'])).toBeGreaterThanOrEqual(3);
  await visit(page, '?lang=en');
  await expect(await load(page)).toHaveAttribute('data-status', 'failed');
  await site.open();
  await visit(page);
  await expect(await load(page)).toHaveAttribute('data-status', 'done');
});

test('all nine steps run without the server once their images have been used', async ({ page, context }) => {
  const recipe = '?backend=wasm&steps=2&batch=2&images=64&weight-bits=8&activation-bits=8';
  await visit(page, recipe);
  await isKept(page);
  await brief(page);
  // Training and conversion use the weights, and images for training and validation; the other steps one file more, of the test.
  await page.evaluate(async () => {
    const { playground } = globalThis as unknown as { playground: Project };
    await playground.heal();
    await playground.testImages([0]);
  });

  await site.close();
  await context.setOffline(true);
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  await visit(page, recipe);
  await brief(page);
  const { training, images } = await runAll(page);
  expect([training.steps, training.control_steps, images]).toEqual([2, 2, 64]);
  expect(complaints).toEqual([]);
});

test('a new version is fetched beside the old one, waits for its pages, and takes over whole', async ({
  page,
  context,
}) => {
  await visit(page);
  await isKept(page);

  // A host that is half way to another version has nothing that could be kept.
  deploy(site, 'half');
  site.changed.set('favicon.svg', '<svg/>');
  const names = () => page.evaluate(() => caches.keys());
  const shells = async () => (await names()).filter((name) => name.includes(' ')).map((name) => name.split(' ').at(-1));
  await page.evaluate(() => navigator.serviceWorker.ready.then((kept) => kept.update()).catch(() => undefined));
  await page.reload();
  await expect.poll(shells).toEqual([builtVersion()]);

  site.changed.delete('favicon.svg');
  deploy(site, 'next');
  await page.reload();
  const other = await context.newPage();
  await visit(other);
  await expect(page.locator('html[data-next]')).toHaveCount(0);
  // What the old version has not loaded yet is not on the server any more.
  await expect(await load(other)).toHaveAttribute('data-status', 'done');
  await other.getByRole('button', { name: '简体中文' }).click();
  await expect(other.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await page.getByRole('button', { name: 'Reload with it' }).click();
  await expect(page.getByText('Other tabs show this page: close them first.')).toBeVisible();
  expect(await shells()).toEqual([builtVersion(), 'next']);

  await other.close();
  await page.getByRole('button', { name: 'Reload with it' }).click();
  await expect(page.locator('html[data-next]')).toHaveCount(1);
  await expect.poll(shells).toEqual(['next']);
  await site.close();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
  await expect(page.locator('html[data-next]')).toHaveCount(1);
  await site.open();
});

test('a page that came before its worker is not answered by one of another version', async ({ page, context }) => {
  let come = () => {};
  const deployed = new Promise<void>((resolve) => (come = resolve));
  await context.route('**/sw.js', async (route) => {
    await deployed;
    await route.continue();
  });
  await visit(page);
  deploy(site, 'next');
  come();
  await expect(page.getByText('A newer version of this page is here.')).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  await page.getByRole('button', { name: 'Reload with it' }).click();
  await expect(page.locator('html[data-next]')).toHaveCount(1);
  await isKept(page);
});
