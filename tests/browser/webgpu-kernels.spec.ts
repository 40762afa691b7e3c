// Our WebGPU kernels against float64 references (convolutions, batch norm, SGD) and float32-exact ones (fake-quant,
// observers, pooling), on swept shapes of the network; the same input twice gives the same bits.
import { expect, test, type Page } from '@playwright/test';
import type { Variant } from '../../src/device/webgpu/variants';
import { noteComplaints } from '../complaints';
import { expectPassed } from './outcomes';
import { squareWindow } from './webgpu-reference';

type Kernels = typeof import('./webgpu-kernels');
type Cases = { [K in keyof Kernels]: Kernels[K] extends (...args: infer A) => Promise<Outcome[]> ? A : never };
type Outcome = import('./kernel-check').Outcome;

const complaints: string[] = [];

test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error', 'warning']);
  await page.goto('/tests/browser/blank.html');
});

/** Runs one function of webgpu-kernels.ts in the page for each list of arguments; every outcome must pass. */
async function expectAll<K extends keyof Cases>(page: Page, name: K, cases: Cases[K][]): Promise<void> {
  const outcomes = await page.evaluate(
    async ([name, cases]) => {
      const kernels: Kernels = await import('/tests/browser/webgpu-kernels.ts' as './webgpu-kernels');
      await kernels.setUp();
      const run = kernels[name as K] as (...args: unknown[]) => Promise<Outcome[]>;
      const all: Outcome[][] = [];
      for (const args of cases) all.push(await run(...args));
      return all;
    },
    [name, cases] as [string, unknown[][]],
  );
  expect(complaints).toEqual([]);
  expectPassed(outcomes);
}

test('convolutions: shapes of the network, true and scaled down', async ({ page }) => {
  await expectAll(page, 'convolution', [
    [squareWindow(2, 32, 3, 64, 7, 2)],
    [squareWindow(1, 8, 64, 64, 3, 1)],
    [squareWindow(1, 8, 64, 128, 3, 2)],
    [squareWindow(1, 8, 64, 128, 1, 2)],
    [squareWindow(1, 4, 128, 128, 3, 1)],
    [squareWindow(2, 2, 256, 256, 3, 1)],
    [squareWindow(2, 2, 256, 512, 1, 2)],
    [squareWindow(2, 1, 512, 512, 3, 1)],
  ]);
});

test('convolutions: batches around a multiple of eight', async ({ page }) => {
  await expectAll(
    page,
    'convolution',
    [1, 3, 7, 8, 9, 16, 19].map((n) => [squareWindow(n, 4, 8, 16, 3, n % 2 ? 1 : 2)]),
  );
});

test('convolutions: channels that are no multiple of four or eight', async ({ page }) => {
  const channels = [1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13];
  await expectAll(
    page,
    'convolution',
    channels.map((c, i) => [squareWindow(3, 5, c, channels[channels.length - 1 - i], 3, 1)]),
  );
});

test('convolutions: odd, tiny and oblong maps, other windows and strides', async ({ page }) => {
  await expectAll(page, 'convolution', [
    [squareWindow(2, 1, 8, 8, 3, 1)],
    [squareWindow(2, 2, 8, 8, 3, 2)],
    [squareWindow(2, 3, 8, 8, 3, 2)],
    [squareWindow(2, 7, 8, 8, 3, 2)],
    [squareWindow(2, 9, 3, 8, 7, 2)],
    [squareWindow(2, 3, 8, 8, 7, 2)],
    [{ n: 2, h: 5, w: 9, c: 4, co: 8, k: 3, stride: 2, pad: 0 }],
    [{ n: 2, h: 7, w: 4, c: 4, co: 8, k: 2, stride: 3, pad: 1 }],
    [{ n: 2, h: 6, w: 6, c: 4, co: 8, k: 1, stride: 3, pad: 0 }],
  ]);
});

for (const variant of ['registers', 'subgroups', 'workgroup'] satisfies Variant[])
  test(`convolutions by ${variant}`, async ({ page }) => {
    const shapes = [
      squareWindow(9, 8, 64, 64, 3, 1),
      squareWindow(8, 8, 3, 64, 7, 2),
      squareWindow(33, 2, 16, 80, 3, 2),
      squareWindow(8, 4, 40, 24, 1, 2),
      squareWindow(16, 1, 72, 72, 3, 1),
      squareWindow(20, 5, 6, 10, 3, 1),
      squareWindow(31, 3, 13, 9, 3, 1),
      squareWindow(32, 2, 12, 20, 3, 1),
      { n: 8, h: 7, w: 4, c: 4, co: 8, k: 2, stride: 3, pad: 1 },
    ];
    await expectAll(
      page,
      'convolution',
      shapes.map((s) => [s, variant]),
    );
  });

for (const variant of ['registers', 'subgroups'] satisfies Variant[])
  test(`convolutions by ${variant}: few samples, channels that are no multiple of four`, async ({ page }) => {
    const channels = [1, 2, 3, 5, 7, 8, 9, 13, 17];
    await expectAll(
      page,
      'convolution',
      [1, 2, 3, 5, 1, 2, 5, 4, 7].map((n, i) => [
        squareWindow(n, 5, channels[i], channels[channels.length - 1 - i], 3, 1),
        variant,
      ]),
    );
  });

test('a dilated convolution goes to the stock kernel', async ({ page }) => {
  await expectAll(page, 'stockFallback', [[]]);
});

test('max pooling: the first of equal maxima takes the gradient', async ({ page }) => {
  await expectAll(page, 'pooling', [
    [squareWindow(2, 16, 8, 8, 3, 2)],
    [squareWindow(1, 16, 64, 64, 3, 2)],
    [squareWindow(3, 5, 6, 6, 3, 2)],
    [{ n: 2, h: 6, w: 4, c: 5, co: 5, k: 2, stride: 2, pad: 0 }],
    [{ n: 2, h: 4, w: 7, c: 4, co: 4, k: 3, stride: 1, pad: 1 }],
  ]);
});

const affine = { scheme: 'affine', qmin: 0, qmax: 127, eps: 2 ** -23 } as const;
const symmetric = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: 2 ** -23 } as const;
const average = { mode: 'average', c: 0.01 } as const;
const extreme = { mode: 'extreme', c: 1 } as const;

test('observer and fake-quant per tensor equal float32 bit for bit', async ({ page }) => {
  await expectAll(
    page,
    'fakeQuantization',
    [[2, 8, 8, 16], [32, 16, 16, 64], [3, 5, 5, 7], [5], [32, 10], [1, 1, 1, 1]].flatMap((s, i) => [
      [s, false, affine, average, i % 2 === 0],
      [s, false, { ...affine, qmax: 15 }, extreme, false],
      [s, false, symmetric, { mode: 'average', c: 1 }, false],
      [s, false, { ...symmetric, qmin: 0, qmax: i % 2 ? 15 : 255 }, extreme, false],
    ]),
  );
});

test('observer and fake-quant per channel equal float32 bit for bit', async ({ page }) => {
  await expectAll(
    page,
    'fakeQuantization',
    [
      [3, 3, 16, 32],
      [7, 7, 3, 64],
      [1, 1, 8, 6],
      [512, 10],
      [3, 3, 128, 512],
    ].flatMap((s, i) => [
      [s, true, symmetric, average, i % 2 === 0],
      [s, true, { ...symmetric, qmin: -8, qmax: 7 }, extreme, true],
      [s, true, affine, average, false],
    ]),
  );
});

test('every rule of the table gives over every range the scale, zero point and codes of the host', async ({ page }) => {
  await expectAll(page, 'qparamTable', [[true]]);
});

test('running histograms: ends and number of counts as on the host, few in other bins', async ({ page }) => {
  await expectAll(page, 'histogram', [
    ...['widening', 'much wider', 'after ReLU', 'edges of bins'].flatMap((batches) =>
      [5, 1000, 40001, 131072].map((size): [string, number, number] => [batches, size, 5e-4]),
    ),
    ...['one value', 'zeros', 'infinities'].map((batches): [string, number, number] => [batches, 0, 0]),
  ]);
});

test('scaled observer and fake-quant: whole filters, and some of their taps', async ({ page }) => {
  await expectAll(page, 'scaledFakeQuantization', [
    [[3, 3, 16, 32], symmetric],
    [[3, 3, 128, 64], symmetric, [4]],
    [[3, 3, 10, 7], { ...symmetric, qmin: -8, qmax: 7 }, [0, 4, 5, 8]],
    [[1, 1, 5, 12], symmetric, [0]],
    [[2, 2, 3, 1], symmetric, [3]],
    [[7, 7, 3, 64], symmetric],
  ]);
});

test('batch norm and its gradient, also behind a large mean', async ({ page }) => {
  const attrs = { eps: 1e-5, relu: false, frozen: false };
  await expectAll(page, 'batchNormalization', [
    [[2, 4, 4, 8], 0, attrs],
    [[2, 4, 4, 8], 0, { ...attrs, relu: true }],
    [[2, 4, 4, 8], 1, { ...attrs, relu: true, frozen: true }],
    [[2, 4, 4, 8], 1, { ...attrs, frozen: true }],
    [[5, 3, 3, 6], 1, { ...attrs, relu: true }],
    [[32, 1, 1, 4], 0, attrs],
    [[4, 4, 4, 5], 100, attrs],
  ]);
});

test('running statistics and scale factors', async ({ page }) => {
  await expectAll(page, 'vectors', [[5], [64], [130]]);
});

test('SGD with momentum and weight decay, the rate changing between calls', async ({ page }) => {
  await expectAll(page, 'sgd', [[[[3, 3, 8, 16]]], [[[10], [512, 10], [3], [64], [3, 3, 8, 16], [7], [130], [1]]]]);
});

test('observers: a NaN, wherever it is, makes both ends of its channel NaN for good', async ({ page }) => {
  const shapes = [[3], [70], [40001], [257, 3], [40, 70], [3, 3, 64, 64]];
  await expectAll(
    page,
    'observedNaN',
    shapes.flatMap((shape) => [true, false].map((perTensor): [number[], boolean] => [shape, perTensor])),
  );
});

test("observers: infinite values, and ends that are not finite, are the host's", async ({ page }) => {
  await expectAll(page, 'observedEnds', [[]]);
  await expectAll(page, 'observedProducts', [[]]);
});

test('fake-quant keeps NaN, clamps infinity, and is NaN over a range that is not finite', async ({ page }) => {
  await expectAll(
    page,
    'quantized',
    [affine, symmetric, { ...affine, qmin: -128, qmax: 127 }, { ...symmetric, qmin: 0, qmax: 15 }].map((a) => [a]),
  );
});

test('max pooling keeps NaN and infinity', async ({ page }) => {
  await expectAll(page, 'pooledNaN', [
    [squareWindow(2, 16, 8, 8, 3, 2)],
    [squareWindow(3, 5, 6, 6, 3, 2)],
    [{ n: 2, h: 6, w: 4, c: 5, co: 5, k: 2, stride: 2, pad: 0 }],
  ]);
});

test('ReLU, alone, of a convolution and of batch norm, and scale factors keep NaN and infinity', async ({ page }) => {
  await expectAll(page, 'rectified', [[]]);
});
