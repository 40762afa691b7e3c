// A run handed to other programs: which files there are, how they are called, and what is said of one that cannot be had.
// Not for what is in them: exported.spec.ts and tests/golden/exports.test.ts.
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { accessible } from './accessible';
import { card, done, open, runAll, test } from './ui-page';

const menu = (page: Page) => card(page, 'save').getByRole('region', { name: 'For other programs' });
const button = (page: Page, format: string) => menu(page).getByRole('button', { name: `Save ${format}`, exact: true });

const FILES = [
  ['ONNX, QDQ', 'resnet18-cifar10.onnx', 3],
  ['ONNX, QLinear', 'resnet18-cifar10.qlinear.onnx', 3],
  ['TensorFlow Lite', 'resnet18-cifar10.tflite', 3],
  ['TensorFlow Lite, INT4', 'resnet18-cifar10.int4.tflite', 3],
  ['safetensors', 'resnet18-cifar10.safetensors', 2],
  ['PyTorch state dict', 'resnet18-cifar10.pt', 2],
  ['ONNX, float', 'resnet18-cifar10.fp32.onnx', 2],
] as const;

async function saved(page: Page, format: string) {
  const download = page.waitForEvent('download');
  await button(page, format).click();
  const file = await download;
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

test('each format is a file of its own; choices and report too', async ({ page }) => {
  await open(page, 'delay=1');
  await expect(menu(page)).toBeHidden();
  await runAll(page);
  await done(page, 'save');
  for (const [format, name, bytes] of FILES) {
    const file = await saved(page, format);
    expect([file.name, file.content.length]).toEqual([name, bytes]);
    await expect(menu(page).getByRole('status')).toHaveText(`${name} is saved, 0.0 KiB.`);
  }
  const choices = await saved(page, 'choices');
  expect(choices.name).toBe('resnet18-cifar10.recipe.json');
  expect(JSON.parse(String(choices.content))).toMatchObject({ version: 1, weightBits: 8 });
  const report = await saved(page, 'report');
  expect(JSON.parse(String(report.content))).toHaveProperty('qat.int8.accuracy');
  await accessible(page, '[data-step=save]');
});

test('what was measured of its layers: figures as arrays and as node data, and activations', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  await done(page, 'save');
  const entries = async (format: string, name: string) => {
    const file = await saved(page, format);
    expect(file.name).toBe(`resnet18-cifar10.${name}`);
    return unzipSync(file.content);
  };
  const columns = ['layer', 'sqnr', 'cosine', 'weightBits', 'activationBits', 'microseconds', 'macs'];
  const figures = await entries('figures, npz', 'layers.npz');
  expect(Object.keys(figures)).toEqual(columns.map((name) => `${name}.npy`));
  const nodes = await entries('Model Explorer node data', 'node-data.zip');
  expect(Object.keys(nodes)).toEqual(columns.slice(1).map((name) => `${name}.json`));
  const of = (figure: string) => JSON.parse(String(Buffer.from(nodes[`${figure}.json`]))) as { results: object };
  // What the compared images gave of the trained network, and the engine's table of the same layer.
  expect(of('sqnr').results).toMatchObject({ conv1: { value: 36 } });
  expect(of('macs').results).toMatchObject({ conv1: { value: 2_408_448 } });
  const activations = await entries('activations, npz', 'activations.npz');
  for (const part of ['float', 'simulated', 'codes', 'qparams'])
    expect(activations).toHaveProperty([`conv1/${part}.npy`]);
});

test('a format that cannot hold the network says why, and the others can be had', async ({ page }) => {
  await open(page, 'delay=1&fail=export');
  await runAll(page);
  await done(page, 'save');
  await button(page, 'TensorFlow Lite').focus();
  await page.keyboard.press('Enter');
  await expect(menu(page).getByRole('alert')).toContainText('weights-002.bin could not be fetched');
  expect((await saved(page, 'safetensors')).name).toBe('resnet18-cifar10.safetensors');
  await expect(menu(page).getByRole('alert')).toBeHidden();
});
