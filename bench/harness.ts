// What every benchmark shares: a page that serves the sources, statistics, the environment.
// Not for measuring itself: bench/pages/* run in the page, bench/NAME.ts puts a table together.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { CHROMIUM_ARGS, WEBGPU_ARGS, chromiumPath } from '../scripts/chromium';
import { findPython } from './python';

/** One benchmark: the table to print and the JSON to write. */
export interface BenchResult {
  /** Rows of the printed table; the first row is the heading. */
  readonly table: readonly (readonly string[])[];
  /** Every figure and ratio, with names and units in the keys (`*_ms`, `*_bytes`, ratios unitless). */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Serves the sources with Vite, opens an isolated page in headless Chromium and runs `use` with it. */
export async function withPage<T>(use: (page: Page) => Promise<T>, options: { webgpu: boolean }): Promise<T> {
  const server = await createServer({
    mode: 'test',
    logLevel: 'error',
    server: { port: 0, host: 'localhost' },
    cacheDir: 'node_modules/.vite-bench',
    // All dependencies are known before a page asks: finding one later would reload it. ONNX Runtime finds its own files.
    optimizeDeps: {
      entries: ['bench/pages/**/*.ts'],
      include: ['protobufjs/minimal.js'],
      exclude: ['onnxruntime-web'],
    },
  });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...CHROMIUM_ARGS, ...(options.webgpu ? WEBGPU_ARGS : [])],
  });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`[page] ${message.text()}`);
    });
    page.on('pageerror', (error) => console.error(`[page] ${error.message}`));
    await page.goto(`${server.resolvedUrls?.local[0]}tests/browser/blank.html`);
    return await use(page);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Builds and serves the page, opens a headless Chromium and runs `use` with it and the page's address. */
export async function withBuiltPage<T>(use: (browser: Browser, url: string) => Promise<T>): Promise<T> {
  await build({ logLevel: 'warn' });
  const server = await preview({ preview: { port: 0, host: 'localhost', open: false }, logLevel: 'warn' });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
  try {
    return await use(browser, server.resolvedUrls!.local[0]);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Whether a figure meets its target, as a table says it. */
export const judged = (holds: boolean): string => (holds ? 'holds' : 'MISSES');

/** Calls `measure(argument)` of a module of bench/pages in the page. Both must be plain JSON. */
export function measureInPage<T>(page: Page, module: string, argument: unknown): Promise<T> {
  return page.evaluate(
    async ([path, value]) => {
      const { measure } = (await import(/* @vite-ignore */ path as string)) as { measure(a: unknown): Promise<T> };
      return measure(value);
    },
    [`/bench/pages/${module}.ts`, argument],
  );
}

/**
 * Runs a script of reference/ with PyTorch. @param args file and options, such that it prints JSON
 * @returns null, after saying why, where it cannot run
 */
export function measureInPython<T>(args: readonly string[]): T | null {
  const python = findPython();
  if (!python) return null;
  const child = spawnSync(python, args, { encoding: 'utf8' });
  if (child.status === 0) return JSON.parse(child.stdout) as T;
  const reason = child.error?.message ?? child.stderr.trim().split('\n').at(-1);
  console.error(`No comparison with PyTorch: ${reason}.`);
  return null;
}

/** What the figures were measured on. */
export function environment(browserVersion: string): Record<string, unknown> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim(),
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    chromium: browserVersion,
    date: new Date().toISOString(),
  };
}
