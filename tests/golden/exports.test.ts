// The whole network's integers in the runtimes of the formats that it is exported to, on test images, against our engine.
// Every operation alone: src/export/int8.test.ts.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { imageCodes } from '../../src/convert/image';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { normalizeImages } from '../../src/data/normalize';
import { createWasmEngine, type WasmEngine } from '../../src/engine/wasm-engine';
import { compileEngine } from '../../src/engine/wasm-module';
import { withInt32Bias } from '../../src/export/int32-bias';
import { int8ToQdq } from '../../src/export/onnx-qdq';
import { int8ToQLinear } from '../../src/export/onnx-qlinear';
import { runOnnx, runOnnxNative, runTflite } from '../../src/export/testing';
import { int8ToTflite } from '../../src/export/tflite-int8';
import type { Int8Model } from '../../src/int8/int8-model';
import { agreement, predictions } from '../../src/report/accuracy';
import { HISTOGRAM_TOPIC, loadConverted, quantizedTo } from './converted';
import { testPixels } from './network';

/** One format on all of these, the others on fewer: ONNX Runtime takes 10 ms for an image, LiteRT.js and few bits more. */
const ALL = 1000;
const FEWER = 100;
const CLASSES = 10;
/** On a machine that does much else. */
const TIMEOUT = 300_000;
const pixels = testPixels(ALL);
const imagesOf = (n: number) => pixels.subarray(0, (n * pixels.length) / ALL);
const module = await compileEngine(readFileSync('public/wasm/engine-plain.wasm'));
const engines: WasmEngine[] = [];
afterAll(() => engines.forEach((engine) => engine.dispose()));

/** The codes of our engine's logits. */
async function ours(model: Int8Model, n: number): Promise<Uint8Array> {
  const engine = await createWasmEngine(model, { threads: 1, wasmBase: '', build: 'plain', module });
  engines.push(engine);
  return engine.run(imageCodes(imagesOf(n), n, model, CIFAR10), n);
}

const RUNTIMES = { onnx: runOnnx, tflite: runTflite, native: runOnnxNative! };

/** The same of a file of this model. */
async function theirs(file: Uint8Array, runtime: keyof typeof RUNTIMES, { tensors }: Int8Model, n: number) {
  const logits = await RUNTIMES[runtime](file, normalizeImages(imagesOf(n), CIFAR10), n, tensors[0]);
  const { scale, zeroPoint } = tensors[tensors.length - 1].q;
  return Uint8Array.from(logits, (value) => Math.round(value / scale) + zeroPoint);
}

const alike = (a: Uint8Array, b: Uint8Array) => agreement(predictions(a, CLASSES), predictions(b, CLASSES));

/** The model whose biases are whole numbers of the units that the formats have. */
const rounded = (model: Int8Model): Int8Model => ({
  ...model,
  ops: model.ops.map((op) => {
    if (!('weights' in op)) return op;
    const { bias, biasScales } = withInt32Bias(op, model.tensors[op.inputs[0]].q, model.tensors[op.output].q);
    return { ...op, bias: Float32Array.from(bias, (units, channel) => units * biasScales[channel]) };
  }),
});

describe("PyTorch's default post-training quantization, 8 bits", () => {
  const model = loadConverted(HISTOGRAM_TOPIC, 'qconfig').model;
  /** As formats on codes saturate: where a tensor's values leave its observed range. */
  const at255 = loadConverted(HISTOGRAM_TOPIC, 'quint8').model;

  it('as QDQ: with biases rounded as the file has them, every code of 1,000 images is the same', { timeout: TIMEOUT }, async () => {
    const codes = await theirs(int8ToQdq(model), 'onnx', model, ALL);
    expect(codes).toEqual(await ours(rounded(model), ALL));
    // A bias's half unit of sx * sw moves one code of 1,000 by one in a layer, and what follows: 990 of 1,000 classes.
    expect(alike(codes, await ours(model, ALL))).toBeGreaterThanOrEqual(0.98);
  });

  it('as QLinear operators and as TensorFlow Lite: the same, saturating at 255', { timeout: TIMEOUT }, async () => {
    const wanted = await ours(rounded(at255), FEWER);
    expect(await theirs(int8ToQLinear(model), 'onnx', model, FEWER)).toEqual(wanted);
    expect(await theirs(int8ToTflite(model), 'tflite', model, FEWER)).toEqual(wanted);
  });
});

describe('4 bits, first and last layer at 8', () => {
  const model = quantizedTo({ weightBits: 4, activationBits: 4 }, 'edges');

  it('as QDQ with INT4 weights: float biases, the same classes but at a tie', { timeout: TIMEOUT }, async () => {
    const [a, b] = [await theirs(int8ToQdq(model), 'onnx', model, FEWER), await ours(model, FEWER)];
    // A sum that float32 rounds to the other side of a tie, and what follows: 999 of 1,000 classes, 965 of 1,000 codes.
    expect(alike(a, b)).toBeGreaterThanOrEqual(0.99);
    expect(agreement(a, b)).toBeGreaterThan(0.93);
  });

  it('as formats with int32 biases: the same classes with biases rounded as the file has them', { timeout: TIMEOUT }, async () => {
    const [exact, like] = [await ours(model, FEWER), await ours(rounded(model), FEWER)];
    for (const codes of [
      await theirs(int8ToQLinear(model), 'onnx', model, FEWER),
      await theirs(int8ToTflite(model), 'tflite', model, FEWER),
    ]) {
      // In these units a bias that is no whole number of them is a float32 again, of 24 bits.
      expect(alike(codes, like)).toBeGreaterThanOrEqual(0.99);
      // At 4 bits a code that differs by one differs by a fifteenth of its range, in every layer: 936 of 1,000 classes.
      expect(alike(codes, exact)).toBeGreaterThanOrEqual(0.85);
    }
  });
});

describe.skipIf(!runOnnxNative)("ONNX Runtime's native build", () => {
  const eight = loadConverted(HISTOGRAM_TOPIC, 'qconfig').model;
  const four = quantizedTo({ weightBits: 4, activationBits: 4 }, 'edges');

  it('gives every code of 1,000 images of the QDQ file, as its build for the web', { timeout: TIMEOUT }, async () => {
    expect(await theirs(int8ToQdq(eight), 'native', eight, ALL)).toEqual(await ours(rounded(eight), ALL));
  });

  it.each([
    ['QLinear operators of 8 bits', int8ToQLinear, eight],
    ['QLinear operators of 4', int8ToQLinear, four],
    ['QDQ with INT4 weights', int8ToQdq, four],
  ])('gives the same codes of %s as its build for the web', { timeout: TIMEOUT }, async (_, write, model) => {
    const file = write(model);
    expect(await theirs(file, 'native', model, FEWER)).toEqual(await theirs(file, 'onnx', model, FEWER));
  });
});
