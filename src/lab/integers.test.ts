// The integers of a laboratory in Node: from one calibration to classified images at any bit width, on the real engine.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { createReferenceEngine } from '../engine/reference';
import { serializeInt8Model } from '../int8/serialize';
import type { PtqOptions } from '../quant/methods/ptq';
import { predictions } from '../report/accuracy';
import { setUpWasm } from '../device/wasm/testing';
import { IntegerLab } from './integers';
import { Lab } from './lab';
import { IMAGES, model, source } from './unlike';

const IMAGES_SEEN = 100;
const integers = async () => {
  const module = await WebAssembly.compile(
    readFileSync(new URL('../../public/wasm/engine-plain.wasm', import.meta.url)),
  );
  return new IntegerLab<'one' | 'other'>(source, { wasmBase: '', build: 'plain', module });
};

beforeAll(setUpWasm);

test('every bit width from one calibration: the integers of a conversion in the other half', async () => {
  const [lab, here] = [new Lab(model, source), await integers()];
  here.calibrated(structuredClone(await lab.calibrate({ fuseAddRelu: true })));
  const { pixels, labels } = await source.images('validation', 20, IMAGES_SEEN);
  const choices: PtqOptions[] = [
    { weightBits: 8, activationBits: 8 },
    { weightBits: 4, activationBits: 3 },
    { weightBits: 2, activationBits: 2 },
    { weightBits: 2, activationBits: 2, keep: 'edges' },
    { weightBits: 4, activationBits: 4, layers: new Map([['second', { weightBits: 2, activationBits: 6 }]]) },
    { weightBits: 3, activationBits: 3, ranges: { activations: 'mse', weights: 'mse' } },
    { weightBits: 3, activationBits: 3, ranges: { activations: 'entropy' }, rounding: 'flipped', correctBias: true },
  ];
  for (const options of choices) {
    const there = await lab.ptq({ ...options, fuseAddRelu: true });
    const { bytes, threads } = await here.quantize('one', options, 2);
    expect(bytes).toBe(serializeInt8Model(there).byteLength);
    expect(threads).toBe(1); // Node's modules have no other.
    const codes = createReferenceEngine(there).run(imageCodes(pixels, IMAGES_SEEN, there, IMAGES), IMAGES_SEEN);
    const expected = predictions(dequantizeOutput(codes, there), IMAGES.classes.length);
    const classified = await here.classify('one', 'validation', 20, IMAGES_SEEN);
    expect(classified).toEqual({ labels, predictions: expected });
  }
});

test('one image layer by layer: the integers of the reference', async () => {
  const [lab, here] = [new Lab(model, source), await integers()];
  const four = await lab.ptq({ weightBits: 4, activationBits: 4, fuseAddRelu: true });
  await here.load('one', four, 1);
  const { pixels } = await source.images('test', 7, 1);
  const expected = createReferenceEngine(four).trace(imageCodes(pixels, 1, four, IMAGES));
  const traced = await here.trace('one', 'test', 7);
  expect(traced.map(({ codes }) => codes)).toEqual(expected);
  expect(traced.map(({ name }) => name)).toEqual(four.ops.map(({ name }) => name));
  for (const { tensor, codes } of traced) expect(codes.length).toBe(tensor.h * tensor.w * tensor.c);
});

test('networks stand side by side; what is not there is said', async () => {
  const [lab, here] = [new Lab(model, source), await integers()];
  await expect(here.quantize('one', { weightBits: 8, activationBits: 8 }, 1)).rejects.toThrow('Nothing is calibrated.');
  await expect(here.classify('one', 'test', 0, 1)).rejects.toThrow('No one model is loaded.');
  const calibration = await lab.calibrate({ fuseAddRelu: true });
  here.calibrated(calibration);
  await here.quantize('one', { weightBits: 8, activationBits: 8 }, 1);
  await here.load('other', await lab.ptq({ weightBits: 2, activationBits: 2, fuseAddRelu: true }), 1);
  const eight = await here.classify('one', 'test', 0, IMAGES_SEEN);
  const two = await here.classify('other', 'test', 0, IMAGES_SEEN);
  expect(two.predictions).not.toEqual(eight.predictions);
  expect(await here.classify('one', 'test', 0, IMAGES_SEEN)).toEqual(eight);
  here.unload('one');
  await expect(here.classify('one', 'test', 0, 1)).rejects.toThrow('No one model is loaded.');
});

test('the plan tells bits and bytes of every layer', async () => {
  const [lab, here] = [new Lab(model, source), await integers()];
  here.calibrated(await lab.calibrate({ fuseAddRelu: true }));
  const layersOf = async (options: PtqOptions) => {
    await here.quantize('one', options, 1);
    return here.profile('one').filter(({ weightBits }) => weightBits !== undefined);
  };
  const eight = await layersOf({ weightBits: 8, activationBits: 8 });
  expect(eight.map(({ weightBits, activationBits }) => [weightBits, activationBits])).toEqual(eight.map(() => [8, 7]));
  const four = await layersOf({ weightBits: 4, activationBits: 3 });
  expect(four.map(({ weightBits, activationBits }) => [weightBits, activationBits])).toEqual(four.map(() => [4, 3]));
  const kept = await layersOf({ weightBits: 4, activationBits: 3, keep: 'edges' });
  expect(kept.map(({ weightBits }) => weightBits)).toEqual([8, 4, 8]);
  four.forEach(({ weightBytes }, i) => expect(weightBytes).toBeLessThanOrEqual(eight[i].weightBytes));
});
