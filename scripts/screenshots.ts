// npm run screenshots [NAME ...]: every state of the page on fake workers, or the pictures named, at two widths, light and dark,
// into docs/screenshots. No figure in them is a measurement. Which states: screenshot-states.ts.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_ARGS, chromiumPath } from './chromium';
import { STATES, type Part, type State } from './screenshot-states';

const FOLDER = 'docs/screenshots';
const WIDTHS = { 1440: { width: 1440, height: 900 }, 375: { width: 375, height: 812 } };
type Size = (typeof WIDTHS)[keyof typeof WIDTHS];
/** Pixels of a part that is higher: its head says what it is. */
const HIGHEST = 1500;
/** Pixels around a part. */
const MARGIN = 12;
/** Frames without a change of the page's height: charts are drawn one a frame. */
const STILL = 20;
const asked = process.argv.slice(2);

/** Waits until the page lies still. @returns its height */
const settled = (page: Page): Promise<number> =>
  page.evaluate(async (still) => {
    const root = document.documentElement;
    scrollTo({ top: 0, behavior: 'instant' });
    for (let last = root.scrollHeight, frames = 0; frames < still; frames++) {
      await new Promise(requestAnimationFrame);
      if (root.scrollHeight !== last) [last, frames] = [root.scrollHeight, 0];
    }
    return root.scrollHeight;
  }, STILL);

async function picture(page: Page, size: Size, part: Part): Promise<Buffer> {
  const options = { type: 'webp', quality: 60, animations: 'disabled' } as const;
  await page.setViewportSize(size);
  const height = await settled(page);
  if (!part) return page.screenshot(options);
  // What is out of sight is not drawn.
  await page.setViewportSize({ ...size, height });
  await settled(page);
  const boxOf = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
  const box = await boxOf(typeof part === 'string' ? part : part.part);
  const top = typeof part === 'string' ? box.y : (await boxOf(part.from)).y;
  const x = Math.max(0, box.x - MARGIN);
  const y = Math.max(0, top - MARGIN);
  const clip = {
    ...{ x, y, width: Math.min(box.width + 2 * MARGIN, size.width - x) },
    height: Math.min(box.y + box.height + MARGIN - y, HIGHEST),
  };
  // The results at the window's foot may lie over it.
  return page.screenshot({ ...options, style: '.strip { display: none !important }', clip });
}

async function take(page: Page, address: string, { query = '', reach, pictures }: State): Promise<void> {
  const wanted = Object.entries(pictures).filter(([name]) => asked.length === 0 || asked.includes(name));
  if (wanted.length === 0) return;
  await page.setViewportSize(WIDTHS[1440]);
  await page.goto(`${address}tests/ui/fake.html?${[query, 'delay=1'].filter(Boolean).join('&')}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await reach?.(page);
  for (const [width, size] of Object.entries(WIDTHS))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [name, part] of wanted)
        writeFileSync(join(FOLDER, `${name}-${width}-${colorScheme}.webp`), await picture(page, size, part));
    }
  console.log(wanted.map(([name]) => name).join(', '));
}

await build({ mode: 'test', logLevel: 'warn' });
const server = await preview({ mode: 'test', preview: { port: 0, host: 'localhost', open: false }, logLevel: 'warn' });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
mkdirSync(FOLDER, { recursive: true });
try {
  for (const state of STATES) {
    // Nothing that an earlier state has kept; and styles for the picture, which the page's policy does not have.
    const context = await browser.newContext({ bypassCSP: true });
    await take(await context.newPage(), server.resolvedUrls!.local[0]!, state);
    await context.close();
  }
  const sizes = readdirSync(FOLDER).map((name) => statSync(join(FOLDER, name)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
  console.log(`${sizes.length} pictures in ${FOLDER}, ${total.toFixed(1)} MiB`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
