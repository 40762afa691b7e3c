// Downloads as a browser makes them: Cache API, gzip streams, the dev server's start page for unknown paths.
// Failures and retries: src/core/fetch-verified.test.ts.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test.describe('a shard of which half comes, and then nothing', () => {
  const file = 'shard-2.bin';
  const whole = readFileSync(`public/checkpoint/${file}`);
  let server: Server;
  let asked = 0;
  let ended = 0;
  /** Serves the shard; of the first attempts half, with the connection left open. */
  const stalling = async (page: Page, attempts: number) => {
    [asked, ended] = [0, 0];
    server = createServer((_, response) => {
      response.setHeader('content-length', whole.length);
      if (++asked > attempts) return void response.end(whole);
      response.on('close', () => ended++);
      response.write(whole.subarray(0, whole.length / 2));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await page.route(`**/checkpoint/${file}`, (route) => route.continue({ url: `http://127.0.0.1:${port}/` }));
  };
  test.afterEach(() => void server.close());

  test('is asked for again', async ({ page }) => {
    await stalling(page, 1);
    const { message, done } = await inPage(page, (module) => module.impatient());
    expect(message).toBe('loaded');
    // What had come is taken back at the second attempt.
    expect(done.some((bytes, i) => i > 0 && bytes < done[i - 1])).toBe(true);
    expect(done.at(-1)).toBe(Math.max(...done));
    expect(asked).toBe(2);
    await expect.poll(() => ended).toBe(1);
  });

  test('fails as network in the end', async ({ page }) => {
    await stalling(page, Infinity);
    const { message } = await inPage(page, (module) => module.impatient());
    expect(message).toMatch(/^network: No byte of .*shard-2\.bin came for 2 seconds/);
    expect(asked).toBe(4);
    await expect.poll(() => ended).toBe(4);
  });
});

test.describe('the WASM modules', () => {
  const started = 'wasm: 4, run';
  const start = (page: Page) => inPage(page, (module) => module.startWasm());
  /** Failed transfers as Chromium logs them. */
  const failures = () => complaints.splice(0).filter((text) => /^Failed to load resource: net::ERR_/.test(text)).length;

  test('are asked for again after a connection was reset', async ({ page }) => {
    const reset = new Set<string>();
    await page.route('**/wasm/*.wasm', (route) => {
      const url = route.request().url();
      if (reset.has(url)) return route.continue();
      reset.add(url);
      return route.abort('connectionreset');
    });
    expect(await start(page)).toBe(started);
    // tfjs's, the kernels' and the engine's.
    expect(reset.size).toBe(3);
    expect(failures()).toBe(3);
  });

  for (const file of ['tfjs-backend-wasm*.wasm', 'kernels*.wasm', 'engine*.wasm', 'manifest.json'])
    test(`a start page instead of ${file} is recognised`, async ({ page }) => {
      const answer = { contentType: 'text/html', body: '<!doctype html><title>Page</title>' };
      await page.route(`**/wasm/${file}`, (route) => route.fulfill(answer));
      expect(await start(page)).toMatch(/^bad-file: The server answered with a web page instead of .*\/wasm\//);
    });

  test('a damaged one is recognised', async ({ page }) => {
    await page.route('**/wasm/kernels*.wasm', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length - 1] ^= 1;
      await route.fulfill({ response, body });
    });
    expect(await start(page)).toMatch(/^checksum: .*\/wasm\/kernels.*SHA-256/);
  });

  test('need no connection the second time, and say so the first time', async ({ page }) => {
    const lost = async () => {
      await page.route('**/wasm/*.{wasm,json}', (route) => route.abort('internetdisconnected'));
      await page.reload();
    };
    expect(await start(page)).toBe(started);
    await lost();
    expect(await start(page)).toBe(started);
    await inPage(page, (module) => module.emptyCache());
    await page.reload();
    expect(await start(page)).toMatch(/^network: .*\/wasm\/manifest\.json could not be reached/);
    // Once the connection is back, so is the backend.
    await page.unrouteAll();
    expect(await start(page)).toBe(started);
    expect(failures()).toBeGreaterThan(0);
  });
});
