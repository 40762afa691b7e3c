// A browser that rejects shaders, on the real page: nothing that such a shader computed may be believed.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import { header, LONG, card, losses, SMALL, start, trained, visit, worker, type Global } from './training-page';

const complaints: string[] = [];
test.beforeEach(({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
});
test.afterEach(() => expect(complaints).toEqual([]));

/** Before step 1: shaders whose label matches are spoiled, as a driver's bug would. */
const spoil = (page: Page, label: RegExp) =>
  worker(page).evaluate((source) => {
    const label = new RegExp(source);
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      const spoiled = label.test(descriptor.label ?? '');
      return createShaderModule.call(
        this,
        spoiled ? { ...descriptor, code: `${descriptor.code} spoiled` } : descriptor,
      );
    };
  }, label.source);

const OPTIONS = { ...SMALL, steps: 3, batch: 4 };

/** The losses of an untroubled training on WASM. */
async function onWasm(page: Page): Promise<Record<'qat' | 'control', number[]>> {
  await visit(page, OPTIONS);
  await start(page);
  await trained(page);
  return losses(page);
}

const stepsTold = (page: Page) =>
  page.evaluate(
    () => (globalThis as unknown as Global).told.filter((e) => e.type === 'train' && e.event.type === 'step').length,
  );
const backend = (page: Page) =>
  page.evaluate(() => {
    const { backend, webgpu } = (globalThis as unknown as Global).playground.results.load!.backend;
    return { backend, webgpu };
  });

for (const [what, label, kernel] of [
  ['one of ours', /^QatBatchNorm\b/, 'QatBatchNorm'],
  ['one of TensorFlow.js', /^TransposeProgram|^TransposeSharedProgram|^ReduceProgram|^SoftmaxProgram/, '\\w+Program'],
] as const)
  test(`a rejected shader, ${what}: WASM takes over from the start, and the page names it`, async ({ page }) => {
    const wanted = await onWasm(page);
    await visit(page, { ...OPTIONS, backend: 'webgpu' });
    await spoil(page, label);
    await start(page);
    await trained(page);
    await expect(header(page)).toContainText(
      new RegExp(`WebGPU rejected the kernel ${kernel}. WASM has taken over. A newer browser`),
    );
    expect(await losses(page)).toEqual(wanted);
    // No step was believed before.
    expect(await stepsTold(page)).toBe(2 * OPTIONS.steps);
    expect(await backend(page)).toEqual({ backend: 'wasm', webgpu: 'failed' });
  });

test('an error of the device in the middle: WASM takes over and goes on', async ({ page }) => {
  await visit(page, { ...OPTIONS, steps: 6, backend: 'webgpu' });
  await worker(page).evaluate(() => {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      return ((globalThis as unknown as { device: GPUDevice }).device = await requestDevice.call(this, descriptor));
    };
  });
  await start(page);
  await page.waitForFunction(
    () => (globalThis as unknown as Global).told.some((e) => e.type === 'train' && e.event.type === 'step'),
    undefined,
    LONG,
  );
  await worker(page).evaluate(() => {
    const { device } = globalThis as unknown as { device: GPUDevice };
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE, label: 'QatFakeQuant|8' });
  });
  await trained(page);
  await expect(header(page)).toContainText('WebGPU failed in the kernel QatFakeQuant. WASM has taken over.');
  await expect(card(page)).toContainText('Training has gone on from the last state that was kept.');
  expect(await backend(page)).toEqual({ backend: 'wasm', webgpu: 'failed' });
  const { qat, control } = await losses(page);
  expect([qat.length, control.length]).toEqual([6, 6]);
});

/** Trains to the end on WebGPU, though the kernel's subgroups are rejected. */
async function expectAnotherVariant(page: Page, kernel: string): Promise<void> {
  await start(page);
  await trained(page);
  const reason = `WebGPU rejected the kernel ${kernel} (subgroups). Another variant of it has taken over.`;
  await expect(header(page)).toContainText(reason);
  expect(await stepsTold(page)).toBe(2 * OPTIONS.steps);
  expect(await backend(page)).toEqual({ backend: 'webgpu', webgpu: 'software' });
}

test('a variant rejected where it is measured: another takes over, and the page says so', async ({ page }) => {
  await visit(page, { ...OPTIONS, backend: 'webgpu' });
  // Of 32 samples, as they are measured; the proof's have another number.
  await spoil(page, /^Conv2D\|subgroups\|32,/);
  await expectAnotherVariant(page, 'Conv2D');
});

test('a variant rejected in training: nothing of it is believed, and another takes over', async ({ page }) => {
  await page.goto('/tests/browser/blank.html');
  await page.evaluate(async () => {
    const variants: typeof import('./webgpu-variants') = await import(
      '/tests/browser/webgpu-variants.ts' as './webgpu-variants'
    );
    await variants.choose();
    await variants.allOf('subgroups');
  });
  await visit(page, { ...OPTIONS, backend: 'webgpu' });
  await spoil(page, /^Conv2DBackpropInput\|subgroups\|4,/);
  await expectAnotherVariant(page, 'Conv2DBackpropInput');
});
