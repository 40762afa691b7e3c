// npm run bench -- load: the first minute of the built page: when something true can be read, what scripts that took, and
// whether the page answers while it trains and while a range is dragged. Not for what is computed: bench/lesson.ts.
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import type { Project } from '../src/project/types';
import { median, percentile } from '../src/report/statistics';
import { environment, judged, withBuiltPage, type BenchResult } from './harness';

const TARGETS = {
  first_true_figure_ms: 2000,
  script_gzip_bytes_before_tfjs: 250 * 1024,
  longest_main_thread_task_ms: 50,
};
/** Openings of the page; medians of them are told. */
const VISITS = 9;
/** A connection of 10 Mbit/s with a round trip of 40 ms. */
const SLOW = { offline: false, latency: 40, downloadThroughput: 1.25e6, uploadThroughput: 1.25e6 };
/** Steps of the training that is watched, and of a hand that drags. */
const TRAINED = 60;
const DRAGGED = 240;
const LIMIT = { timeout: 900_000 };

export const run = (): Promise<BenchResult> =>
  withBuiltPage(async (browser, url) => {
    console.log('Opening the page ...');
    const near = await visits(browser, url, false);
    const slow = await visits(browser, url, true);
    const scripts = await scriptsOf(browser, url);
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`[page] ${error.message}`));
    console.log('Training ...');
    const tasks = await train(page, url);
    console.log('Dragging ...');
    const frames = await drag(page);
    return result({ near, slow, scripts, tasks, frames }, browser.version());
  });

interface Visit {
  readonly paint: number;
  readonly figure: number;
}

async function visits(browser: Browser, url: string, slow: boolean): Promise<Visit> {
  const all: Visit[] = [];
  for (let i = 0; i < VISITS; i++) all.push(await visit(browser, url, slow));
  return { paint: median(all.map(({ paint }) => paint)), figure: median(all.map(({ figure }) => figure)) };
}

/** A browser that was never there before: when it paints, and when the recorded accuracy can be read. */
async function visit(browser: Browser, url: string, slow: boolean): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    if (slow) {
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', SLOW);
    }
    // No function here has a name: the compiler would keep it by a helper that the page does not have.
    await page.addInitScript(() => {
      const timer = setInterval(() => {
        if (!document.querySelector('#lesson-card [data-source] strong')?.textContent?.includes('%')) return;
        clearInterval(timer);
        requestAnimationFrame(() => Object.assign(globalThis, { figureAt: performance.now() }));
      });
    });
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => 'figureAt' in globalThis, undefined, LIMIT);
    return await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      figure: (globalThis as unknown as { figureAt: number }).figureAt,
    }));
  } finally {
    await context.close();
  }
}

/**
 * Bytes, gzip'd, of all scripts that the page asks for by itself: those of workers that hold tfjs apart. What the service
 * worker keeps for a visit without a network, all of them once more, is not waited for by anything.
 */
async function scriptsOf(browser: Browser, url: string): Promise<{ readonly before: number; readonly tfjs: number }> {
  const context = await browser.newContext();
  const bytes = { before: 0, tfjs: 0 };
  const read: Promise<void>[] = [];
  const page = await context.newPage();
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith('.js') || response.request().serviceWorker()) return;
    const holdsTfjs = /(train|baseline)\.worker/.test(pathname);
    read.push(
      response.body().then((body) => {
        bytes[holdsTfjs ? 'tfjs' : 'before'] += gzipSync(body).byteLength;
      }),
    );
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await Promise.all(read);
  await context.close();
  return bytes;
}

/** The longest task of the main thread, in milliseconds, while QAT trains; 0 where none took 50, which none is told of. */
async function train(page: Page, url: string): Promise<number> {
  await page.goto(`${url}?backend=wasm&steps=${TRAINED}&images=1000`);
  await page.waitForFunction(() => 'playground' in globalThis);
  await page.evaluate(() => {
    const here = globalThis as unknown as { playground: Project; tasks: number[]; ended?: boolean };
    here.tasks = [];
    const observer = new PerformanceObserver((list) => here.tasks.push(...list.getEntries().map((e) => e.duration)));
    here.playground.on((event) => {
      if (event.type === 'step-started' && event.step === 'train') observer.observe({ type: 'longtask' });
      if (event.type !== 'qat-finished') return;
      observer.disconnect();
      here.ended = true;
    });
  });
  await page.getByRole('button', { name: /^Heal it/ }).click();
  await page.waitForFunction(() => 'ended' in globalThis, undefined, LIMIT);
  return page.evaluate(() => Math.max(0, ...(globalThis as unknown as { tasks: number[] }).tasks));
}

/** Milliseconds between two frames while a hand drags the range of a layer's activations and the engine answers. */
async function drag(page: Page): Promise<number[]> {
  await page
    .locator('#lesson-card')
    .getByText(/^Healed/)
    .waitFor(LIMIT);
  await page.getByRole('region', { name: 'Results' }).and(page.locator('[data-complete]')).waitFor(LIMIT);
  await page.locator('[data-node="layer2.0.conv1"]').click();
  const handle = page.getByRole('slider', { name: 'Highest value with a code' });
  await handle.waitFor(LIMIT);
  await page.getByRole('button', { name: 'Walk through' }).waitFor(LIMIT);
  await handle.scrollIntoViewIfNeeded();
  const box = (await handle.boundingBox())!;
  const share = await handle.evaluate(
    (input: HTMLInputElement) => (input.valueAsNumber - +input.min) / (+input.max - +input.min),
  );
  const [x, y] = [box.x + 8 + share * (box.width - 16), box.y + box.height / 2];
  const frames = page.evaluate(async () => {
    const here = globalThis as unknown as { dropped?: boolean };
    const times = [await new Promise(requestAnimationFrame)];
    while (!here.dropped) times.push(await new Promise(requestAnimationFrame));
    return times.slice(1).map((time, i) => time - times[i]);
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 0; i < DRAGGED; i++) await page.mouse.move(x - (box.width / 3) * Math.abs(Math.sin(i / 20)), y);
  await page.mouse.up();
  await page.evaluate(() => Object.assign(globalThis, { dropped: true }));
  return frames;
}

interface Measured {
  readonly near: Visit;
  readonly slow: Visit;
  readonly scripts: Awaited<ReturnType<typeof scriptsOf>>;
  readonly tasks: number;
  readonly frames: readonly number[];
}

function result({ near, slow, scripts, tasks, frames }: Measured, browser: string): BenchResult {
  const frame = percentile(frames, 0.95);
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  return {
    table: [
      [`the built page, medians of ${VISITS} first visits`, '', 'target'],
      ['first contentful paint, ms', near.paint.toFixed(0), ''],
      ['first true figure, ms', near.figure.toFixed(0), judged(near.figure <= TARGETS.first_true_figure_ms)],
      ['the same at 10 Mbit/s and 40 ms', slow.figure.toFixed(0), judged(slow.figure <= TARGETS.first_true_figure_ms)],
      [
        "script before tfjs is needed, gzip'd",
        kib(scripts.before),
        judged(scripts.before <= TARGETS.script_gzip_bytes_before_tfjs),
      ],
      ["scripts with tfjs that load behind it, gzip'd", kib(scripts.tfjs), ''],
      [
        'longest main-thread task while training, ms',
        tasks === 0 ? 'below 50' : tasks.toFixed(0),
        judged(tasks <= TARGETS.longest_main_thread_task_ms),
      ],
      [`frame while a range is dragged, p95 of ${frames.length}, ms`, frame.toFixed(1), ''],
    ],
    json: {
      environment: environment(browser),
      first_contentful_paint_ms: near.paint,
      first_true_figure_ms: near.figure,
      slow: { connection: SLOW, first_contentful_paint_ms: slow.paint, first_true_figure_ms: slow.figure },
      script_gzip_bytes_before_tfjs: scripts.before,
      tfjs_script_gzip_bytes: scripts.tfjs,
      longest_main_thread_task_ms: tasks,
      frame_p95_ms: frame,
      targets: TARGETS,
    },
  };
}
