// The package to embed, installed beside its example page: what the page shows of a real network, and the package's answers
// in a browser against PyTorch's, with and without cross-origin isolation. In Node: scripts/build-engine-package.test.ts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { encode } from 'fast-png';
import { dequantizeOutput, imageCodes } from '../../src/convert/image';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import type * as Package from '../../src/embed/index';
import { createReferenceEngine } from '../../src/engine/reference';
import { serializeInt8Model } from '../../src/int8/serialize';
import { noteComplaints } from '../complaints';
import { installEngine, PACKAGE, type Installed } from '../installed-engine';
import { loadConverted } from '../golden/converted';
import { testPixels } from '../golden/network';

/** Answered from the installed folder, whatever the server has there. */
const ROOT = '/embedded/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const IMAGE = 32 * 32 * 3;

const { fixture, model } = loadConverted('int8_ptq_minmax_add_relu');
const file = Buffer.from(serializeInt8Model(model));
const images = fixture.values.images.predicted;
const pixels = testPixels(images);
const complaints: string[] = [];
let installed: Installed;

test.beforeAll(async () => {
  installed = await installEngine();
});
test.afterAll(() => rmSync(dirname(installed.folder), { recursive: true }));
test.afterEach(() => expect(complaints.splice(0)).toEqual([]));

/** Serves the folder, and beside its page the network and the pictures. */
async function open(page: Page, address: string, headers: Readonly<Record<string, string>>): Promise<void> {
  noteComplaints(page, complaints, ['error']);
  const given: Readonly<Record<string, Buffer>> = { 'network.int8': file, 'pictures.rgb': Buffer.from(pixels) };
  await page.context().route(`**${ROOT}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(ROOT.length);
    const path = join(installed.folder, name);
    if (!given[name] && !existsSync(path)) return route.fulfill({ status: 404 });
    const contentType = TYPES[extname(name)] ?? 'application/octet-stream';
    return route.fulfill({ body: given[name] ?? readFileSync(path), contentType, headers });
  });
  await page.goto(ROOT + address);
}

/** The three lines that the page shows of an image. */
function expectedLines(image: number): string[] {
  const codes = createReferenceEngine(model).run(
    imageCodes(pixels.subarray(image * IMAGE, (image + 1) * IMAGE), 1, model, CIFAR10),
    1,
  );
  const weights = Array.from(dequantizeOutput(codes, model), Math.exp);
  const sum = weights.reduce((a, b) => a + b);
  const lines = weights.map((weight, i) => ({
    weight,
    line: `${CIFAR10.classes[i]}: ${((100 * weight) / sum).toFixed(1)} %`,
  }));
  return lines
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3)
    .map(({ line }) => line);
}

const png = (image: number) => ({
  name: 'picture.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    encode({ width: 32, height: 32, channels: 3, data: pixels.slice(image * IMAGE, (image + 1) * IMAGE) }),
  ),
});

test('the page takes a network and pictures by hand', async ({ page }) => {
  await open(page, 'embed.html', {});
  const status = page.getByRole('status');
  const network = page.getByLabel('Integer file');
  await network.setInputFiles({ name: 'other.int8', mimeType: 'application/octet-stream', buffer: file.subarray(1) });
  await expect(status).toContainText('it does not begin as one');
  await network.setInputFiles({ name: 'network.int8', mimeType: 'application/octet-stream', buffer: file });
  await expect(status).toHaveText(`${model.name}: relaxed SIMD, threads: 1`);
  for (const image of [0, 1]) {
    await page.getByLabel('Picture').setInputFiles(png(image));
    await expect(page.getByRole('listitem')).toHaveText(expectedLines(image));
  }
});

test('the page takes the address of a network, and threads where it is isolated', async ({ page }) => {
  await open(page, 'embed.html?model=network.int8', ISOLATION);
  const threads = Math.min(await page.evaluate(() => navigator.hardwareConcurrency), 8);
  await expect(page.getByRole('status')).toHaveText(`${model.name}: relaxed SIMD, threads: ${threads}`);
  await page.getByLabel('Picture').setInputFiles(png(2));
  await expect(page.getByRole('listitem')).toHaveText(expectedLines(2));
});

test(`${images} test images are classified as PyTorch does, on one thread and on two`, async ({ page }) => {
  await open(page, 'embed.html', ISOLATION);
  const answers = await page.evaluate(async (index) => {
    const { loadModel } = (await import(index)) as typeof Package;
    const pixels = new Uint8Array(await (await fetch('pictures.rgb')).arrayBuffer());
    const answers = [];
    for (const threads of [1, 2]) {
      const engine = await loadModel('network.int8', { threads });
      const { classes, logits } = engine.classify(pixels);
      answers.push({ threads: engine.info.threads, classes, logits: [...logits.subarray(0, 40)] });
      engine.close();
    }
    return answers;
  }, `${ROOT}node_modules/${PACKAGE}/index.js`);
  const codes = createReferenceEngine(model).run(imageCodes(pixels.subarray(0, 4 * IMAGE), 4, model, CIFAR10), 4);
  const expected = { classes: fixture.values.predictions, logits: [...dequantizeOutput(codes, model)] };
  expect(answers).toEqual([1, 2].map((threads) => ({ threads, ...expected })));
});
