// Our WebGPU kernels on the table of cases that every backend must pass (src/device/cases), and the convolutions by each of
// their variants; the same input twice gives the same bits.
import { expect, test } from '@playwright/test';
import { square } from '../../src/device/cases/convolution';
import { GROUPS, NOT_ON_WEBGPU } from '../../src/device/cases';
import type { Outcome } from '../../src/device/cases/run';
import type { Variant } from '../../src/device/webgpu/variants';
import { onePage } from './one-page';
import { expectPassed } from './outcomes';

type Kernels = typeof import('./webgpu-kernels');
type Runs = { [K in keyof Kernels]: Kernels[K] extends (...args: infer A) => Promise<Outcome[]> ? A : never };

const VARIANTS: readonly Variant[] = ['registers', 'subgroups', 'workgroup'];
const complaints: string[] = [];
const page = onePage(complaints);

/** Runs one function of webgpu-kernels.ts in the page; every outcome must pass. */
async function expectAll<K extends keyof Runs>(name: K, ...args: Runs[K]): Promise<void> {
  const outcomes = await page().evaluate(
    async ([name, args]) => {
      const kernels: Kernels = await import('/tests/browser/webgpu-kernels.ts' as './webgpu-kernels');
      await kernels.setUp();
      const run = kernels[name as K] as (...args: unknown[]) => Promise<Outcome[]>;
      return run(...args);
    },
    [name, args] as [string, unknown[]],
  );
  expect(complaints).toEqual([]);
  expectPassed([outcomes]);
}

// The variants that were measured to be the fastest, then each of them.
for (const group of GROUPS.filter((group) => !NOT_ON_WEBGPU.includes(group)))
  test(group, () => expectAll('runGroup', group));

for (const variant of VARIANTS) {
  test(`convolutions by ${variant}`, async () => {
    await expectAll('convolutionsBy', variant, [
      square(9, 8, 64, 64, 3, 1),
      square(8, 8, 3, 64, 7, 2),
      square(33, 2, 16, 80, 3, 2),
      square(8, 4, 40, 24, 1, 2),
      square(16, 1, 72, 72, 3, 1),
      square(20, 5, 6, 10, 3, 1),
      square(31, 3, 13, 9, 3, 1),
      square(32, 2, 12, 20, 3, 1),
      { n: 8, h: 7, w: 4, c: 4, co: 8, kernel: 2, stride: 3, pad: 1 },
    ]);
  });

  test(`ReLU of a convolution by ${variant}`, () => expectAll('rectifiedBy', variant));
}

for (const variant of VARIANTS.filter((variant) => variant !== 'workgroup'))
  test(`convolutions by ${variant}: few samples, channels that are no multiple of four`, async () => {
    const channels = [1, 2, 3, 5, 7, 8, 9, 13, 17];
    const samples = [1, 2, 3, 5, 1, 2, 5, 4, 7];
    const shapes = samples.map((n, i) => square(n, 5, channels[i], channels[channels.length - 1 - i], 3, 1));
    await expectAll('convolutionsBy', variant, shapes);
  });

test('every rule of the table gives over every range the scale, zero point and codes of the host', async () => {
  await expectAll('qparamTable', true);
});

test('running histograms: ends and number of counts as on the host, few in other bins', async () => {
  await expectAll('histograms', 5e-4);
});
