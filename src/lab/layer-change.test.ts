// A layer of a network unlike the page's before and after a few steps of training, against both converted networks.
import { beforeAll, expect, test } from 'vitest';
import { convert } from '../convert/convert';
import { setUpWasm } from '../device/wasm/testing';
import { ptq } from '../quant/methods/ptq';
import type { QatGraph } from '../quant/types';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { trainedBy } from '../train/state';
import { Lab } from './lab';
import { calibrationOf, ptqOptions, qatStart } from './prepared';
import { FEW_STEPS, train } from './testing';
import { model, source } from './unlike';

const IMAGES = { split: 'test', start: 2, count: 8 } as const;
const RECIPE = { ...DEFAULT_RECIPE, weightBits: 4 } as const;

beforeAll(setUpWasm);

async function both() {
  const lab = new Lab(model, source);
  const calibration = await lab.calibrate(calibrationOf(RECIPE));
  const { params } = calibration;
  const before = { network: { ...ptq(calibration, ptqOptions(RECIPE)), params }, reference: params };
  const { graph, params: start } = await qatStart(lab, RECIPE);
  const trained = trainedBy(graph, await train(lab, graph, { ...FEW_STEPS, learningRate: 0.05 }, start));
  const after = { network: { ...trained, graph: graph as QatGraph }, reference: start };
  return { lab, before, after };
}

test('weights, scales and activations of both, the codes that changed, and the noise of each', async () => {
  const { lab, before, after } = await both();
  const change = (await lab.layerChange(before, after, 'second', IMAGES))!;
  const converted = [before, after].map(({ network }) => convert(network.graph, network.params, network.quantizers));
  const ops = converted.map(({ ops, tensors }) => {
    const op = ops.find(({ name }) => name === 'second')!;
    if (op.op !== 'conv') throw new Error(op.op);
    return { op, q: tensors[op.output].q };
  });
  const [first, second] = ops;
  const differing = first.op.weights.filter((code, i) => code !== second.op.weights[i]).length;
  expect(differing).toBeGreaterThan(0);
  expect(change.changed).toBe(differing / first.op.weights.length);
  for (const [i, held] of [change.before, change.after].entries()) {
    const { op, q } = ops[i];
    expect(held.activation!.q).toEqual(q);
    const scales = [...op.weightScales];
    expect(held.weight!.scale).toBeCloseTo(scales.reduce((sum, scale) => sum + scale, 0) / scales.length, 6);
    const sum = (counts: Float32Array) => counts.reduce((total, count) => total + count, 0);
    expect(sum(held.weight!.steps.counts)).toBe(op.weights.length);
    // Every value of every image: 3 x 5 pixels of 10 channels.
    expect(sum(held.activation!.histogram.counts)).toBe(IMAGES.count * 150);
    const { network, reference } = [before, after][i];
    const layer = (await lab.compareLayers(network, reference, IMAGES)).find(({ name }) => name === 'second')!;
    expect(held.sqnr).toBeCloseTo(layer.sqnr, 1);
  }
  expect(change.before.activation!.histogram.min).toBe(change.after.activation!.histogram.min);
  expect(change.before.activation!.histogram.max).toBe(change.after.activation!.histogram.max);
});

test('a layer without codes of its own has noise alone, and one that is not there nothing', async () => {
  const { lab, before, after } = await both();
  const pool = (await lab.layerChange(before, after, 'pool', IMAGES))!;
  expect([pool.changed, pool.before.activation, pool.after.weight]).toEqual([undefined, undefined, undefined]);
  expect(pool.before.sqnr).toBeGreaterThan(0);
  expect(await lab.layerChange(before, after, 'bn1', IMAGES)).toBeUndefined();
});
