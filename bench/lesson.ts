// npm run bench -- lesson: the button that heals, as a visitor presses it on the page as it opens, on WebAssembly: what it
// takes and what comes of it on all test images. Not for speed by itself: bench/train.ts, bench/int8.ts.
import type { Page } from '@playwright/test';
import type { Project } from '../src/project/types';
import { environment, judged, withBuiltPage, type BenchResult } from './harness';

/** Points that QAT has to be above PTQ, and may be below FP32; seconds its training may take. */
const TARGETS = { above_ptq_points: 3, below_fp32_points: 3, training_seconds: 120 };
const LIMIT = { timeout: 900_000 };

export const run = (): Promise<BenchResult> =>
  withBuiltPage(async (browser, url) => {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`[page] ${error.message}`));
    await page.goto(`${url}?backend=wasm`);
    return result(await heal(page), browser.version());
  });

/** Presses the button and waits until the strip is full. */
async function heal(page: Page) {
  await page.waitForFunction(() => 'playground' in globalThis);
  await page.evaluate(() => {
    const here = globalThis as unknown as { playground: Project; trains: number[] };
    here.trains = [];
    here.playground.on((event) => {
      const ends = event.type === 'step-started' || event.type === 'qat-finished';
      if (ends && event.step === 'train') here.trains.push(performance.now());
    });
  });
  console.log('Healing ...');
  const start = performance.now();
  await page.getByRole('button', { name: /^Heal it/ }).click();
  const strip = page.getByRole('region', { name: 'Results' });
  await strip.and(page.locator('[data-complete]')).waitFor(LIMIT);
  const seconds = (performance.now() - start) / 1000;
  const accuracy = async (model: string) =>
    Number(await strip.locator(`[data-model=${model}]`).getAttribute('data-accuracy'));
  return {
    ...{ seconds, fp32: await accuracy('FP32'), ptq: await accuracy('PTQ'), qat: await accuracy('QAT') },
    images: Number(await strip.getAttribute('data-images')),
    ...(await page.evaluate(() => {
      const { playground, trains } = globalThis as unknown as { playground: Project; trains: number[] };
      const { recipe, results } = playground;
      const [began, ended] = trains;
      return { recipe, training_seconds: (ended - began) / 1000, threads: results.load!.backend.threads };
    })),
  };
}

function result(healed: Awaited<ReturnType<typeof heal>>, browser: string): BenchResult {
  const { seconds, training_seconds, fp32, ptq, qat, images, recipe, threads } = healed;
  const { weightBits, activationBits } = recipe;
  const [above, below] = [100 * (qat - ptq), 100 * (fp32 - qat)];
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return {
    table: [
      [`W${weightBits}A${activationBits}, ${images} test images, WASM, ${threads} threads`, '', 'target'],
      ['FP32', percent(fp32), ''],
      ['PTQ', percent(ptq), ''],
      ['QAT', percent(qat), ''],
      ['QAT above PTQ, points', above.toFixed(2), judged(above >= TARGETS.above_ptq_points)],
      ['QAT below FP32, points', below.toFixed(2), judged(below <= TARGETS.below_fp32_points)],
      ['training, s', training_seconds.toFixed(0), judged(training_seconds <= TARGETS.training_seconds)],
      ['from the button to all figures, s', seconds.toFixed(0), ''],
    ],
    json: {
      environment: environment(browser),
      lesson: {
        seconds,
        training_seconds,
        bits: { weights: weightBits, activations: activationBits },
        images,
        threads,
      },
      ...{ fp32, ptq, qat, recipe, targets: TARGETS },
    },
  };
}
