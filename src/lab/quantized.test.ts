// How often a network is quantized: once for all who ask for it one after the other, and once for a QAT that begins with it.
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import { ptq } from '../quant/methods/ptq';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { Steering } from '../train/steering';
import { Lab } from './lab';
import { ptqOptions, qatBeginning } from './prepared';
import { model, normed, source } from './unlike';

vi.mock('../quant/methods/ptq', async (original) => {
  const module = await original<typeof import('../quant/methods/ptq')>();
  return { ...module, ptq: vi.fn(module.ptq) };
});
const quantizations = vi.mocked(ptq);

const learning = () => ({
  options: { iterations: 2, batch: 16, learningRate: 0.05, penalty: 0.01 },
  ...{ seed: 1, steering: new Steering(0), onProgress: () => {} },
});

beforeAll(setUpWasm);
beforeEach(() => void quantizations.mockClear());

test('a network asked for again is the same one; of other choices, or another calibration, it is made', async () => {
  const lab = new Lab(model, source);
  const four = (change = {}) =>
    lab.quantized({ ...ptqOptions({ ...DEFAULT_RECIPE, weightBits: 4, ...change }), fuseAddRelu: true });
  const network = await four();
  expect(await four()).toBe(network);
  expect(await four()).toBe(network);
  expect(quantizations).toHaveBeenCalledTimes(1);
  for (const change of [{ layerBits: 'fc=8/8' }, { clips: { first: [0, 1] } }, { clips: { first: [0, 2] } }, {}])
    expect(await four(change)).not.toBe(network);
  expect(quantizations).toHaveBeenCalledTimes(5);
  const equalized = await lab.quantized({ ...ptqOptions(DEFAULT_RECIPE), fuseAddRelu: true, equalize: true });
  expect(equalized.params).not.toBe(network.params);
});

const LSQ = { ...DEFAULT_RECIPE, weightBits: 3, qconfig: 'lsq', batchNorm: 'folded', beginAt: 'ptq' } as const;

test.each([
  ['flipped', 1],
  // Once to learn from, once with what was learned.
  ['learned', 2],
] as const)('QAT that begins at scales and codes of PTQ, %s, quantizes %s times', async (rounding, times) => {
  await qatBeginning(new Lab(normed(), source), { ...LSQ, rounding }, learning());
  expect(quantizations).toHaveBeenCalledTimes(times);
});
