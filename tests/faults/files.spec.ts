// Each file that the page fetches, each way in which it may come or not come: what failed is said by the file's name, nothing
// chosen is lost, and it is had once it comes whole. Not in npm test, of which tests/browser/downloads.spec.ts is a sample.
import { readdirSync } from 'node:fs';
import { expect, test, type Page, type Route } from '@playwright/test';
import type { Project } from '../../src/project/types';

interface Global {
  playground: Project;
}

const body = async (route: Route) => {
  const response = await route.fetch();
  return { response, bytes: await response.body() };
};
const withBytes = (change: (bytes: Buffer) => Buffer) => async (route: Route) => {
  const { response, bytes } = await body(route);
  await route.fulfill({ response, body: change(bytes) });
};
const START_PAGE = '<!doctype html><title>Welcome</title>';

/** It would ask for what is asked for here. */
test.use({ serviceWorkers: 'block' });

/** What becomes of a request. */
const FAULTS: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  missing: (route) => route.fulfill({ status: 404, body: 'Not found' }),
  'a server that fails': (route) => route.fulfill({ status: 500, body: 'Error' }),
  'no connection': (route) => route.abort('connectionrefused'),
  'a connection that is reset': (route) => route.abort('connectionreset'),
  truncated: withBytes((bytes) => bytes.subarray(0, bytes.length >> 1)),
  empty: withBytes(() => Buffer.alloc(0)),
  'too long': withBytes((bytes) => Buffer.concat([bytes, bytes.subarray(0, 100)])),
  'one bit wrong': withBytes((bytes) => {
    const changed = Buffer.from(bytes);
    changed[changed.length >> 1] ^= 1;
    return changed;
  }),
  'a start page in its place': (route) => route.fulfill({ status: 200, contentType: 'text/html', body: START_PAGE }),
};
const SLOW_MILLISECONDS = 3000;

/** What asks for a file. */
type Ask = 'load' | 'test image' | 'validation image';
const asked = (page: Page, ask: Ask) =>
  page.evaluate(async (ask) => {
    const { playground } = globalThis as unknown as Global;
    const ways = {
      load: () => playground.run('load'),
      'test image': () => playground.testImages([0]),
      'validation image': () => playground.validationImage(0),
    };
    return ways[ask]().then(
      () => 'there',
      ({ code, message, hint }: { code: string; message: string; hint: string }) => `${code}: ${message} ${hint}`,
    );
  }, ask);

const shards = readdirSync('public/checkpoint').filter((name) => name.endsWith('.bin'));
const FILES: readonly (readonly [file: string, ask: Ask])[] = [
  ['checkpoint/manifest.json', 'load'],
  ...shards.map((name) => [`checkpoint/${name}`, 'load'] as const),
  ['data/manifest.json', 'test image'],
  ['data/test-00.bin', 'test image'],
  ['data/validation-00.bin', 'validation image'],
];

for (const [file, ask] of FILES)
  test.describe(file, () => {
    const name = file.split('/')[1];
    test.beforeEach(async ({ page }) => {
      await page.goto('/');
      await page.waitForFunction(() => 'playground' in globalThis);
      await page.evaluate(() =>
        (globalThis as unknown as Global).playground.choose({ backend: 'wasm', weightBits: 5 }),
      );
    });

    for (const [fault, answer] of Object.entries(FAULTS))
      // A manifest has no sum that it is held against: what stands in it is.
      if (!(fault === 'one bit wrong' && name === 'manifest.json'))
        test(fault, async ({ page }) => {
          await page.route(`**/${file}`, answer);
          expect(await asked(page, ask)).toMatch(new RegExp(`^(network|checksum|bad-file): .*${name}`));
          await page.unrouteAll();
          expect(await asked(page, ask)).toBe('there');
          expect(await page.evaluate(() => (globalThis as unknown as Global).playground.recipe.weightBits)).toBe(5);
        });

    test('slow', async ({ page }) => {
      await page.route(`**/${file}`, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, SLOW_MILLISECONDS));
        await route.continue();
      });
      expect(await asked(page, ask)).toBe('there');
    });
  });
