// The flow in Firefox, without relaxed SIMD: the engine and the training kernels of browsers that have the plain one alone.
// Playwright has no driver for a Firefox that is not its own: marionette.ts. Skipped where there is none.
import { expect, test } from '@playwright/test';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { toQuery } from '../../src/recipe/recipe-text';
import type { Project } from '../../src/project/types';
import { firefoxPath } from '../../scripts/firefox';
import { answersOf, referencePredictions } from './integers';
import { startFirefox, type Firefox } from './marionette';
import { Site } from './site';

const RECIPE = { ...DEFAULT_RECIPE, steps: 2, batch: 4, weightBits: 8, learningRate: 3e-5, images: 64 } as const;
/** Milliseconds for the nine steps. */
const PATIENCE = 400_000;

interface Noted {
  complaints: string[];
}

let firefox: Firefox | undefined;
test.afterEach(() => firefox?.close());

test('the nine steps in Firefox, on plain SIMD', async ({ baseURL }) => {
  const path = firefoxPath();
  test.skip(!path, 'There is no Firefox.');
  firefox = await startFirefox(path!, { 'javascript.options.wasm_relaxed_simd': false });

  await firefox.goto(`${baseURL}/?${toQuery(RECIPE).replace(/^\?/, '')}`);
  await firefox.evaluate(noteComplaints);
  await firefox.press('Run all nine steps');
  await expect
    .poll(() => firefox!.evaluate(statuses), { timeout: PATIENCE, intervals: [1000] })
    .toMatch(/failed|save: done/);
  expect(await firefox.evaluate(statuses)).not.toContain('failed');

  const { report, file, shown } = await firefox.evaluate(results);
  expect(report.backend).toBe('wasm');
  expect(report.engine).toMatch(/^wasm-simd/);
  const { fp32, control, ptq, qat } = report;
  for (const { accuracy } of [fp32, control, ptq, qat.int8, qat.simulated]) expect(accuracy).toBeGreaterThan(0.75);
  for (const model of ['FP32', 'PTQ', 'QAT']) expect(shown).toContain(model);

  const answers = await firefox.evaluate(answersOf, 8);
  expect(referencePredictions(new Uint8Array(Buffer.from(file, 'base64')), answers)).toEqual(answers.predicted);
  expect(await firefox.evaluate(() => (window as unknown as Noted).complaints)).toEqual([]);
});

test('Firefox shares memory between threads on a host that sets no headers', async () => {
  const path = firefoxPath();
  test.skip(!path, 'There is no Firefox.');
  const site = new Site('/some/where/', false);
  await site.open();
  try {
    firefox = await startFirefox(path!, {});
    await firefox.goto(`${site.url}?backend=wasm`);
    const isolated = () => firefox!.evaluate(() => crossOriginIsolated && 'playground' in globalThis);
    await expect.poll(isolated, { timeout: 60_000 }).toBe(true);
    const shared = await firefox.evaluate(async () => {
      const { playground } = globalThis as unknown as { playground: Project };
      return (await playground.run('load')).backend.sharedMemory;
    });
    expect(shared).toBe(true);
  } finally {
    await site.close();
  }
});

/** From now on: what console.error says, what is thrown and not caught, and what the page's policy ended. */
function noteComplaints() {
  const complaints: string[] = ((window as unknown as Noted).complaints = []);
  addEventListener('error', ({ message }) => complaints.push(message));
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
  addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    complaints.push(`${effectiveDirective}: ${blockedURI}`);
  });
  console.error = (...said: unknown[]) => complaints.push(said.join(' '));
}

/** Of each step, with what a failed one says. */
const statuses = () =>
  Array.from(document.querySelectorAll<HTMLElement>('[data-step]'), ({ dataset, textContent }) =>
    dataset.status === 'failed' ? `${dataset.step}: failed: ${textContent}` : `${dataset.step}: ${dataset.status}`,
  ).join('\n');

async function results() {
  const { results } = (globalThis as unknown as { playground: Project }).playground;
  const reader = new FileReader();
  await new Promise((done) => {
    reader.onload = done;
    reader.readAsDataURL(results.save!.blob);
  });
  return {
    report: results.compare!.report,
    // As text: of an array of eleven million numbers Firefox gives up the page.
    file: (reader.result as string).replace(/^.*,/, ''),
    shown: document.querySelector('[data-step=compare] table')!.textContent,
  };
}
