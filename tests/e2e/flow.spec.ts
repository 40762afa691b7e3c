// The whole flow as a visitor runs it, on the built page with real weights and images, on both backends.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { expect, test } from '@playwright/test';
import { imageCodes } from '../../src/convert/image';
import { parseInt8Model } from '../../src/int8/serialize';
import { createReferenceEngine } from '../../src/engine/reference';
import { argmax } from '../../src/report/accuracy';
import type { Project } from '../../src/project/types';
import { bytesOf, card, fill, runAll, visit } from './visit';

const IMAGES = 256;
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

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      card(page, 'save')
        .getByRole('link', { name: /^Download/ })
        .click(),
    ]);
    const model = parseInt8Model(await bytesOf(download));
    const seen = await page.evaluate(async (n) => {
      const { playground } = globalThis as unknown as { playground: Project };
      const images = await playground.testImages(Array.from({ length: n }, (_, i) => i));
      return {
        pixels: images.flatMap(({ pixels }) => [...pixels]),
        predicted: [...playground.results.compare!.int8.predictions.subarray(0, n)],
      };
    }, CHECKED);
    const codes = createReferenceEngine(model).run(
      imageCodes(Uint8Array.from(seen.pixels), CHECKED, model, CIFAR10),
      CHECKED,
    );
    const classes = codes.length / CHECKED;
    const predicted = seen.predicted.map((_, i) => argmax(codes.subarray(i * classes, (i + 1) * classes)));
    expect(predicted).toEqual(seen.predicted);
    expect(complaints).toEqual([]);
  });
}
