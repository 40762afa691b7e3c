// Threads that fail to start, trap, or stop without a word: nothing may hang, and nothing may come out wrong.
import { expect, test, type Page } from '@playwright/test';
import { hurryWaits, sabotage } from './sabotage';
import {
  header,
  event,
  losses,
  pauseAtStep,
  press,
  SMALL,
  start,
  trained,
  unbroken,
  visit,
  worker,
  type Global,
} from './training-page';

type Engine = typeof import('./engine');
type Kernels = typeof import('./wasm-kernels');

/** Why a thread does not come up. */
const STARTING = ['has no memory to start', 'cannot load its script', 'may hold no lock', 'never answers'] as const;

test.beforeEach(({ page }) => page.goto('/tests/browser/blank.html').then(() => {}));

/** What kernel calls give in the page with that many threads wanted. */
const kernels = (page: Page, threads: number) =>
  page.evaluate(async (threads) => {
    const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
    return kernels.outcome(threads);
  }, threads);

const firstFailure = (page: Page) =>
  page.evaluate(async () => {
    const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
    return kernels.firstFailure();
  });

test.describe('the training kernels', () => {
  for (const trouble of STARTING)
    test(`a thread that ${trouble}: the others do its work`, async ({ page }) => {
      const alone = await kernels(page, 1);
      expect(alone).toEqual({ threads: 1, hash: expect.any(Number) });
      await sabotage(page, 'pool.worker', [undefined, trouble]);
      expect(await kernels(page, 3)).toEqual({ ...alone, threads: 2 });
    });

  for (const trouble of ['traps with an item taken', 'stops with an item taken'] as const)
    test(`a thread that ${trouble}: the call fails, a new backend gives the same bits`, async ({ page }) => {
      const alone = await kernels(page, 1);
      await sabotage(page, 'pool.worker', [undefined, trouble]);
      // It may take a while until that thread gets an item.
      expect((await kernels(page, 3)).threads).toBe(3);
      expect(await firstFailure(page)).toBe('thread-lost');
      expect(await kernels(page, 2)).toEqual({ ...alone, threads: 2 });
    });

  test('a thread that is killed while it waits: the next call fails', async ({ page }) => {
    const alone = await kernels(page, 1);
    await sabotage(page, 'pool.worker', []);
    expect(await kernels(page, 2)).toEqual({ ...alone, threads: 2 });
    await page.evaluate(() => (globalThis as unknown as { threads: Worker[] }).threads[0].terminate());
    expect(await firstFailure(page)).toBe('thread-lost');
  });
});

test.describe('the page that trains', () => {
  /** Has the train worker believe in that many cores. */
  const claimCores = (page: Page, cores: number) =>
    worker(page).evaluate((cores) => {
      Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores });
    }, cores);
  const begun = (page: Page) =>
    page.evaluate(() =>
      (globalThis as unknown as Global).told.flatMap((e) =>
        e.type === 'train' && e.run === 'qat' && e.event.type === 'restored' ? [e.event.step] : [],
      ),
    );
  const threads = (page: Page) =>
    page.evaluate(() => (globalThis as unknown as Global).playground.results.load!.backend.threads);

  for (const trouble of ['traps with an item taken', 'stops with an item taken'] as const)
    test(`a thread that ${trouble}: the step is repeated with half of them, to the same bits`, async ({
      page,
      browser,
    }) => {
      const whole = await unbroken(browser);
      await visit(page, SMALL);
      await claimCores(page, 4);
      await sabotage(worker(page), 'pool.worker', [undefined, undefined, trouble]);
      await start(page);
      await trained(page);
      expect(await losses(page)).toEqual(whole);
      await expect(header(page)).toContainText('A thread stopped; 2 threads go on with the work. WASM, as asked.');
      expect(await threads(page)).toBe(2);
    });

  test('a thread that is killed between two steps: the run goes on from what was kept', async ({ page, browser }) => {
    const whole = await unbroken(browser);
    await visit(page, SMALL);
    await claimCores(page, 2);
    await sabotage(worker(page), 'pool.worker', []);
    await pauseAtStep(page, 'qat', 2);
    await start(page);
    await event(page, 'qat', 'saved', 2);
    await worker(page).evaluate(async () => {
      const held = async () => (await navigator.locks.query()).held!.length;
      const before = await held();
      (globalThis as unknown as { threads: Worker[] }).threads[0].terminate();
      while ((await held()) === before);
    });
    await press(page, 'Resume');
    await trained(page);
    expect(await losses(page)).toEqual(whole);
    const [first, second] = await begun(page);
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(2);
    await expect(header(page)).toContainText('A thread stopped; 1 thread goes on with the work. WASM, as asked.');
    expect(await threads(page)).toBe(1);
  });

  test('128 cores: no more threads than are of use', async ({ page }) => {
    await visit(page, SMALL);
    await claimCores(page, 128);
    await page.evaluate(() => (globalThis as unknown as Global).playground.run('load'));
    expect(await threads(page)).toBe(8);
  });
});

test.describe('the integer engine', () => {
  const engine = (page: Page, threads: number, sizes: number[], kills = false) =>
    page.evaluate(
      async ([threads, sizes, kills]) => {
        const engine: Engine = await import('/tests/browser/engine.ts' as './engine');
        return engine.failing(threads, sizes, kills);
      },
      [threads, sizes, kills] as const,
    );
  const right = (threads: number) => ({ threads, same: true });

  for (const trouble of STARTING)
    test(`a thread that ${trouble}: the others do its work`, async ({ page }) => {
      await sabotage(page, 'thread.worker', [undefined, trouble]);
      const { began, outcomes } = await engine(page, 3, [1, 5]);
      expect(began).toBe(2);
      expect(outcomes).toEqual([right(2), right(2)]);
    });

  for (const trouble of ['traps in its share of an image', 'stops in its share of an image'] as const)
    for (const n of [1, 5])
      test(`a thread that ${trouble}, of ${n}: again on one thread`, async ({ page }) => {
        await sabotage(page, 'thread.worker', [undefined, trouble]);
        const { began, outcomes, profiled } = await engine(page, 3, [n, 300, 1]);
        expect(began).toBe(3);
        expect(outcomes).toEqual([right(1), right(1), right(1)]);
        expect(profiled).toBe(true);
      });

  test('a thread that is killed while it waits: one thread goes on', async ({ page }) => {
    await sabotage(page, 'thread.worker', []);
    const { outcomes } = await engine(page, 3, [5, 5, 1], true);
    expect(outcomes).toEqual([right(3), right(1), right(1)]);
  });

  test('1,000 threads wanted: no more than are of use', async ({ page }) => {
    const { outcomes } = await engine(page, 1000, [1, 20]);
    expect(outcomes).toEqual([right(8), right(8)]);
  });
});

test.describe('no threads to be had', () => {
  const backend = (page: Page) =>
    page.evaluate(async () => {
      const { playground } = globalThis as unknown as Global;
      const { backend, threads } = (await playground.run('load')).backend;
      return { backend, threads };
    });

  test('shared memory is refused: one thread in ordinary memory, to the same bits', async ({ page, browser }) => {
    const whole = await unbroken(browser);
    await visit(page, SMALL);
    await worker(page).evaluate(() => {
      const { Memory } = WebAssembly;
      WebAssembly.Memory = function (descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.shared && descriptor.maximum! > 512) throw new RangeError('Out of memory');
        return new Memory(descriptor);
      } as unknown as typeof Memory;
    });
    expect(await backend(page)).toEqual({ backend: 'wasm', threads: 1 });
    await expect(header(page)).toContainText('1 thread; shared memory is not available.');
    await start(page);
    await trained(page);
    expect(await losses(page)).toEqual(whole);
  });

  /** What tfjs gets for its threads, which it starts from blobs. */
  const THREADS_OF_TFJS = { 'cannot load their script': '/no-such-script.js', 'never answer': 'data:text/javascript,' };
  for (const [trouble, script] of Object.entries(THREADS_OF_TFJS))
    test(`threads of tfjs that ${trouble}: one thread`, async ({ page }) => {
      await visit(page, SMALL);
      await worker(page).evaluate(`globalThis.hurryWaits = ${hurryWaits.toString()}`);
      await worker(page).evaluate((script) => {
        const Real = Worker;
        const here = globalThis as unknown as { hurryWaits?: typeof hurryWaits };
        globalThis.Worker = function (url: string | URL, options: WorkerOptions) {
          if (!String(url).startsWith('blob:')) return new Real(url, options);
          // Of the wait for all of tfjs's threads, what is left after its first quarter.
          here.hurryWaits?.(3);
          here.hurryWaits = undefined;
          return new Real(script, options);
        } as unknown as typeof Worker;
      }, script);
      expect(await backend(page)).toEqual({ backend: 'wasm', threads: 1 });
    });

  test('no memory at all: the page says so, and Retry works once there is some', async ({ page }) => {
    await visit(page, SMALL);
    await worker(page).evaluate(() => {
      const here = Object.assign(globalThis, { full: true });
      for (const name of ['Memory', 'instantiate', 'instantiateStreaming'] as const) {
        const real = WebAssembly[name] as (...args: unknown[]) => unknown;
        const refused = function (...args: unknown[]): unknown {
          if (here.full) throw new RangeError('Out of memory: Cannot allocate Wasm memory for new instance');
          return name === 'Memory' ? Reflect.construct(real, args) : real(...args);
        };
        Object.assign(WebAssembly, { [name]: refused });
      }
    });
    const load = page.locator('[data-step=load]');
    await load.getByRole('button', { name: /^Run/ }).click();
    await expect(load).toContainText('The browser has no memory left to train in.', { timeout: 120_000 });
    await expect(load).toContainText('Close other tabs and programs, then press Retry.');
    await worker(page).evaluate(() => Object.assign(globalThis, { full: false }));
    await load.getByRole('button', { name: /^Retry step 1/ }).click();
    await expect(load).toHaveAttribute('data-status', 'done', { timeout: 120_000 });
  });
});
