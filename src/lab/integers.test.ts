// The integers of a laboratory in Node: from one calibration to classified images at any bit width, on the real engine.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { createReferenceEngine } from '../engine/reference';
import { serializeInt8Model } from '../int8/serialize';
import { dequantize } from '../quant/fake-quant';
import type { PtqOptions } from '../quant/methods/ptq';
import { argmax, predictions } from '../report/accuracy';
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

test('an image given by its bytes is answered as by its place in the split', async () => {
  const [lab, here] = [new Lab(model, source), await integers()];
  await here.load('one', await lab.ptq({ weightBits: 4, activationBits: 4, fuseAddRelu: true }), 1);
  const { pixels } = await source.images('test', 0, 5);
  const { predictions: expected } = await here.classify('one', 'test', 0, 5);
  for (let i = 0; i < 5; i++) {
    const logits = here.logits('one', pixels.subarray((i * pixels.length) / 5, ((i + 1) * pixels.length) / 5));
    const { tensor, codes } = (await here.trace('one', 'test', i)).at(-1)!;
    expect(logits).toEqual(dequantize(codes, tensor.q));
    expect(argmax(logits)).toBe(expected[i]);
  }
  expect(() => here.logits('one', pixels.subarray(1))).toThrow('bytes are not 1 images');
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

test('an output walked through is the code that the engine gives; one that is not there is refused', async () => {
  const here = await integers();
  here.calibrated(await new Lab(model, source).calibrate({ fuseAddRelu: true }));
  await here.quantize('one', { weightBits: 3, activationBits: 4 }, 1);
  const traced = await here.trace('one', 'test', 5);
  const { pixels } = await source.images('test', 5, 1);
  for (const name of ['first', 'second', 'fc']) {
    const { tensor, codes } = traced.find((layer) => layer.name === name)!;
    for (let i = 0; i < codes.length; i += 7) {
      const pixel = Math.floor(i / tensor.c);
      const at = { y: Math.floor(pixel / tensor.w), x: pixel % tensor.w, channel: i % tensor.c };
      const found = here.walk('one', pixels, name, at);
      expect(found.code).toBe(codes[i]);
      expect(found.terms.reduce((sum, { product }) => sum + product, 0)).toBe(found.sum);
    }
  }
  const beyond = { y: 0, x: 0, channel: 1000 };
  expect(() => here.walk('one', pixels, 'first', beyond)).toThrow('first has no such output with weights.');
  const within = { ...beyond, channel: 0 };
  expect(() => here.walk('one', pixels, 'pool', within)).toThrow('pool has no such output with weights.');
});

test('a range that somebody sets is the layer’s, and no other layer’s', async () => {
  const here = await integers();
  here.calibrated(await new Lab(model, source).calibrate({ fuseAddRelu: true }));
  const plain: PtqOptions = { weightBits: 8, activationBits: 4 };
  const free = here.detail(plain, 'first');
  const { max } = free.activation!.histogram;
  const clips = new Map([['first', [0, max / 2] as const]]);
  const clipped = here.detail({ ...plain, clips }, 'first').activation!.q;
  // All codes lie within the range, from 0 up.
  expect(clipped.scale).toBeCloseTo(max / 2 / (clipped.qmax - clipped.qmin), 6);
  expect(here.detail({ ...plain, clips }, 'second')).toEqual(here.detail(plain, 'second'));
  expect(here.detail(plain, 'pool')).toEqual({ activation: undefined, weight: undefined });
  const none = new Map([['pool', [0, 1] as const]]);
  expect(() => here.detail({ ...plain, clips: none }, 'first')).toThrow('The activations of "pool" cannot have');
  const nothing = new Map([['first', [1, 1] as const]]);
  await expect(here.quantize('one', { ...plain, clips: nothing }, 1)).rejects.toMatchObject({ code: 'bad-argument' });
});
