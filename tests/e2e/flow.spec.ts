// The whole flow as a visitor runs it, on the built page with real weights and images, on both backends.
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { parseInt8Model } from '../../src/int8/serialize';
import type { Project } from '../../src/project/types';
import { answersOf, referencePredictions, validationOfIntegers } from './integers';
import { bytesOf, card, fill, runAll, visit } from './visit';

const IMAGES = 256;
const VALIDATION_IMAGES = 2000;
/** The reference engine is slow: it checks these many of them. */
const CHECKED = 8;

for (const [name, backend] of [
  ['WebAssembly', 'wasm'],
  ['WebGPU', 'webgpu'],
]) {
  test(`the nine steps on ${name}`, async ({ page }) => {
    const complaints = await visit(page);
    await card(page, 'load')
      .getByRole('radio', { name: new RegExp(`^${name}`) })
      .check();
    // A few steps are not enough for few bits.
    await card(page, 'configure')
      .getByRole('slider', { name: /^Weights/ })
      .fill('8');
    await card(page, 'train')
      .getByText(/^For engineers/)
      .click();
    await card(page, 'train')
      .getByRole('radio', { name: /^Half and half/ })
      .check();
    await fill(page, { Steps: 3, Batch: 4, 'Learning rate': 3e-5, 'Test pictures': IMAGES });
    const report = await runAll(page);

    expect(report.backend).toBe(backend);
    expect(report.images).toBe(IMAGES);
    expect(report.training.steps).toBe(3);
    // PyTorch's accuracy on the same 256 images is in tests/golden/fixtures/fp32.json; three steps move little.
    const { fp32, control, ptq, qat, agreement } = report;
    for (const { accuracy } of [fp32, control, ptq, qat.int8, qat.simulated]) expect(accuracy).toBeGreaterThan(0.8);
    expect(Math.abs(qat.simulated.accuracy - qat.int8.accuracy)).toBeLessThan(0.02);
    expect(agreement).toBeGreaterThan(0.9);
    expect(report.latency.int8.samples).toBeGreaterThanOrEqual(100);
    expect(report.latency.int8.threads).toBe(report.latency.fp32_wasm.threads);
    expect(report.size.ratio).toBeGreaterThan(3.9);

    const training = await page.evaluate(() => {
      const { qat, control } = (globalThis as unknown as { playground: Project }).playground.results.train!;
      return [qat, control].map(({ losses, tensorsAtStart, tensorsAtEnd }) => ({
        losses: [...losses],
        leaked: tensorsAtEnd - tensorsAtStart,
      }));
    });
    for (const { losses, leaked } of training) {
      expect(losses).toHaveLength(3);
      expect(losses.every((loss) => loss > 0 && loss < 3)).toBe(true);
      expect(leaked).toBe(0);
    }

    // The last validation judged the integers that convert then gave; all images in one piece, in the other worker.
    const integers = await page.evaluate(validationOfIntegers, VALIDATION_IMAGES);
    await expect(card(page, 'train').getByRole('img', { name: /^Validation accuracy on 2,000/ })).toHaveAccessibleName(
      new RegExp(`As integers: ${(100 * integers).toFixed(1)}\\s%`),
    );

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      card(page, 'save')
        .getByRole('link', { name: /^Download/ })
        .click(),
    ]);
    const file = await bytesOf(download);
    const answers = await page.evaluate(answersOf, CHECKED);
    expect(referencePredictions(file, answers)).toEqual(answers.predicted);
    // Once: layers are compared on the device, and an emulated one takes long.
    if (backend === 'wasm') await hasEveryLayer(page, file);
    expect(complaints).toEqual([]);
  });
}

/** Of every layer of the saved network there are figures, and what it makes of an image. */
async function hasEveryLayer(page: Page, file: Uint8Array): Promise<void> {
  const entries = async (format: string) => {
    const download = page.waitForEvent('download', { timeout: 240_000 });
    await card(page, 'save')
      .getByRole('button', { name: `Save ${format}`, exact: true })
      .click();
    return unzipSync(await bytesOf(await download));
  };
  const names = parseInt8Model(file).ops.map(({ name }) => name);
  const nodes = await entries('Model Explorer node data');
  const of = (figure: string) => {
    const { results } = JSON.parse(new TextDecoder().decode(nodes[`${figure}.json`])) as {
      results: Record<string, { value: number }>;
    };
    return results;
  };
  for (const figure of ['sqnr', 'cosine', 'activationBits', 'microseconds'])
    expect(Object.keys(of(figure)), figure).toEqual(names);
  for (const { value } of Object.values(of('sqnr'))) expect(value).toBeGreaterThan(5);
  for (const { value } of Object.values(of('cosine'))) expect(value).toBeGreaterThan(0.9);
  const activations = await entries('activations, npz');
  const parts = ['float', 'simulated', 'codes', 'qparams'];
  expect(Object.keys(activations)).toEqual(names.flatMap((name) => parts.map((part) => `${name}/${part}.npy`)));
}
