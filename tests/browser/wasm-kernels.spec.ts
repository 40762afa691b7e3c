// Our WASM kernels as a browser runs them: relaxed SIMD, shared memory, threads. The sweep of shapes is in the unit tests
// beside the kernels; here every kernel runs once per setting, and threads may not change a bit.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import { expectPassed } from './outcomes';
import { squareWindow } from './webgpu-reference';

type Kernels = typeof import('./wasm-kernels');
type Outcome = import('./kernel-check').Outcome;

const complaints: string[] = [];

test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
  await page.goto('/tests/browser/blank.html');
});

test.afterEach(() => expect(complaints).toEqual([]));

const CONVOLUTIONS = [
  squareWindow(2, 32, 3, 64, 7, 2),
  squareWindow(3, 8, 64, 64, 3, 1),
  squareWindow(3, 8, 16, 32, 1, 2),
  squareWindow(5, 4, 32, 64, 3, 2),
  squareWindow(2, 1, 128, 128, 3, 1),
  squareWindow(3, 5, 5, 7, 3, 1),
];
const AFFINE = { scheme: 'affine', qmin: 0, qmax: 127, eps: 2 ** -23 } as const;
const SYMMETRIC = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: 2 ** -23 } as const;
const AVERAGE = { mode: 'average', c: 0.01 } as const;
const EXTREME = { mode: 'extreme', c: 1 } as const;
const BATCH_NORM = { eps: 1e-5, relu: true, frozen: false };

type Call = [name: string, args: unknown[]];
const CALLS: Call[] = [
  ...CONVOLUTIONS.map((shape): Call => ['convolution', [shape]]),
  ['stockFallback', []],
  ['pooling', [squareWindow(3, 16, 64, 64, 3, 2)]],
  ['pooling', [squareWindow(2, 5, 7, 7, 3, 2)]],
  ['fakeQuantization', [[32, 16, 16, 64], false, AFFINE, AVERAGE, false]],
  ['fakeQuantization', [[3, 5, 5, 7], false, AFFINE, EXTREME, true]],
  ['fakeQuantization', [[3, 3, 64, 64], true, SYMMETRIC, AVERAGE, false]],
  ['fakeQuantization', [[512, 10], true, SYMMETRIC, EXTREME, true]],
  ['qparamTable', [false]],
  ...['widening', 'much wider', 'after ReLU', 'infinities'].map((batches): Call => ['histogram', [batches, 131072, 0]]),
  ['batchNormalization', [[5, 3, 3, 6], 1, BATCH_NORM]],
  ['batchNormalization', [[2, 4, 4, 8], 1, { ...BATCH_NORM, frozen: true }]],
  ['vectors', [64]],
  ['sgd', [[[3, 3, 8, 16], [40001], [10]]]],
];

/** Runs the calls in the page, one after the other. */
function run(page: Page, threads: number, calls: Call[]): Promise<Outcome[][]> {
  return page.evaluate(
    async ([threads, calls]) => {
      const kernels: Kernels = await import('/tests/browser/wasm-kernels.ts' as './wasm-kernels');
      await kernels.setUp(threads);
      const outcomes: Outcome[][] = [];
      for (const [name, args] of calls) {
        const call = kernels[name as 'sgd'] as (...args: unknown[]) => Promise<Outcome[]>;
        outcomes.push(await call(...args));
      }
      return outcomes;
    },
    [threads, calls] as const,
  );
}

for (const threads of [1, 2]) {
  test(`every kernel against its reference, ${threads} thread(s)`, async ({ page }) => {
    const outcomes = await run(page, threads, CALLS);
    expectPassed(outcomes);
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
