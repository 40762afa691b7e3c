// Our WASM kernels as a browser runs them, relaxed SIMD, shared memory, threads, on the table of cases that every backend must
// pass (src/device/cases); and threads may not change a bit.
import { expect, test, type Page } from '@playwright/test';
import { GROUPS, NOT_ON_WASM, type Group } from '../../src/device/cases';
import type { Outcome } from '../../src/device/cases/run';
import { noteComplaints } from '../complaints';
import { expectPassed } from './outcomes';

type Kernels = typeof import('./wasm-kernels');

const complaints: string[] = [];

test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
  await page.goto('/tests/browser/blank.html');
});

test.afterEach(() => expect(complaints).toEqual([]));

/** Every group of the table, the table of quantization rules and histograms, in the page. */
function run(page: Page, threads: number, groups: readonly Group[]): Promise<Outcome[][]> {
  return page.evaluate(
    async ([threads, groups]) => {
      const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
      await kernels.setUp(threads);
      const outcomes = [await kernels.qparamTable(false), await kernels.histograms(0)];
      for (const group of groups) outcomes.push(await kernels.runGroup(group));
      return outcomes;
    },
    [threads, groups] as const,
  );
}

for (const threads of [1, 2]) {
  test(`every kernel against its reference, ${threads} thread(s)`, async ({ page }) => {
    const groups = GROUPS.filter((group) => !NOT_ON_WASM.includes(group));
    expectPassed(await run(page, threads, groups));
  });
}

test('tfjs keeps its own kernels until ours are registered', async ({ page }) => {
  const found = await page.evaluate(async () => {
    const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
    return kernels.registration();
  });
  expect(found).toEqual([false, true]);
});

test('the same bits with 1, 2 and 5 threads, over many calls', async ({ page }) => {
  const hashes = await page.evaluate(async () => {
    const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
    const all: number[] = [];
    for (const threads of [1, 2, 5, 1]) all.push(await kernels.fingerprint(threads, 100));
    return all;
  });
  expect(new Set(hashes).size).toBe(1);
  expect(hashes[0]).not.toBe(0);
});
