// A worker that the browser kills, in the middle of each thing that it does: the step fails in words, and Retry runs it to its
// end. Not for a training, which goes on from what was kept: tests/browser/killed-workers.spec.ts.
import { expect, test } from '@playwright/test';
import { killedAt, rememberWorkers, type Started } from '../browser/killed-workers';
import { SMALL, visit } from '../browser/training-page';

const PHASES = [
  ['train', 'load', 'checkpoint'],
  ['train', 'verify', 'equivalence'],
  ['train', 'convert', 'PTQ calibration'],
  ['engine', 'compare', 'QAT INT8'],
  ['train', 'compare', 'QAT simulated'],
] as const;

for (const [name, step, part] of PHASES)
  test(`the ${name} worker, in the ${step} step at ${part}: Retry runs it to its end`, async ({ page }) => {
    await rememberWorkers(page);
    await visit(page, SMALL);
    expect(await killedAt(page, name, step, part)).toContain(`stopped: The ${name} worker has ended`);
    const failed = page.locator(`[data-step=${step}]`);
    await expect(failed).toHaveAttribute('data-status', 'failed');
    await expect(failed).toContainText('Press Retry: what was saved is kept.');
    const report = await page.evaluate(async () => (globalThis as unknown as Started).playground.runAll());
    expect(report.images).toBe(SMALL.images);
  });
