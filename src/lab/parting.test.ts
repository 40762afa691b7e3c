// Why codes differ, in a network unlike the page's: equal under one rule, by two rules, and where a layer was spoilt by hand.
import { beforeAll, describe, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import type { Int8Model } from '../int8/int8-model';
import { ptq, type PtqOptions } from '../quant/methods/ptq';
import type { QatGraph } from '../quant/types';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { trainedBy } from '../train/state';
import { Lab } from './lab';
import { qatStart } from './prepared';
import type { StartEngine } from './teacher';
import { FEW_STEPS, train } from './testing';
import type { QuantizedNetwork } from './three-networks';
import { model, source } from './unlike';

const { pixels: IMAGE } = await source.images('test', 3, 1);
const LAYERS = ['quant', 'first', 'pool', 'second', 'average', 'fc'];

beforeAll(setUpWasm);

async function byPtq(options: PtqOptions, startEngine?: StartEngine) {
  const lab = new Lab(model, source, { startEngine });
  const calibration = await lab.calibrate({ fuseAddRelu: true });
  const { params } = calibration;
  return lab.partings({ params, ...ptq(calibration, options) }, params, IMAGE);
}

describe('under one rule', () => {
  test.each([8, 4, 3])('at %s bits no code differs, or a tie and what follows from it', async (bits) => {
    const layers = await byPtq({ weightBits: bits, activationBits: bits });
    expect(layers.map(({ name }) => name)).toEqual(LAYERS);
    let known: string[] = [];
    for (const { name, differing, causes, parted } of layers) {
      const kinds = causes.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind !== 'tie' && kind !== 'inherited')).toEqual([]);
      expect(causes.reduce((sum, { codes }) => sum + codes, 0)).toBe(differing);
      for (const cause of causes) if (cause.kind === 'inherited') expect(known).toContain(cause.from);
      if (kinds.includes('tie')) known = [...known, name];
      for (const { kind, sum } of parted) if (kind === 'tie') expect(Math.abs((sum % 1) - 0.5)).toBeLessThan(1e-3);
    }
  });
});

test("by PyTorch's fused kernel, scales are the cause in the layers with weights, and others have it from them", async () => {
  const lab = new Lab(model, source);
  const recipe = { ...DEFAULT_RECIPE, weightBits: 4, qconfig: 'fbgemm_fused' } as const;
  const { graph, params } = await qatStart(lab, recipe);
  const trained = trainedBy(graph, await train(lab, graph, FEW_STEPS, params));
  const network: QuantizedNetwork = { graph: graph as QatGraph, ...trained };
  const [image, first, pool, second] = await lab.partings(network, trained.params, IMAGE);
  expect(image.differing).toBe(0);
  expect(first.causes[0]).toMatchObject({ kind: 'scales', codes: first.differing });
  expect(first.differing).toBeGreaterThan(100);
  const { q, trained: simulated } = trained.quantizers.weights.get('first')!;
  const [cause] = first.causes;
  if (cause.kind !== 'scales') throw new Error(cause.kind);
  expect(cause.channels).toBe(q.scales.filter((scale, c) => scale !== simulated!.scales[c]).length);
  expect([...q.scales]).toContain(cause.integer);
  expect([...simulated!.scales]).toContain(cause.simulated);
  // A maximum has no weights: it differs where what it takes differs.
  expect(pool.causes).toEqual([{ kind: 'inherited', codes: pool.differing, from: 'first' }]);
  expect(second.causes.map(({ kind }) => kind)).toEqual(['scales', 'inherited']);
});

test('a layer whose integers were spoilt is named, and the later ones have it from there', async () => {
  const spoilt = (int8: Int8Model): Int8Model => ({
    ...int8,
    ops: int8.ops.map((op) =>
      op.name === 'second' && op.op === 'conv' ? { ...op, weights: op.weights.map((code) => ~code) } : op,
    ),
  });
  const layers = await byPtq({ weightBits: 7, activationBits: 8 }, async (int8) => createReferenceEngine(spoilt(int8)));
  const [image, first, pool, second, average, fc] = layers;
  expect([image, first, pool].map(({ differing }) => differing)).toEqual([0, 0, 0]);
  expect(second.differing).toBeGreaterThan(20);
  expect(second.causes).toEqual([{ kind: 'itself', codes: second.differing }]);
  for (const { causes, differing, parted } of [average, fc]) {
    expect(causes).toEqual([{ kind: 'inherited', codes: differing, from: 'second' }]);
    expect(parted.length).toBeGreaterThan(0);
  }
  const { c, w } = second.tensor;
  for (const { y, x, channel, simulated, integer } of second.parted) {
    expect(second.codes[(y * w + x) * c + channel]).toBe(integer);
    expect(simulated).not.toBe(integer);
  }
  expect(second.largest).toBe(
    Math.max(
      ...second.codes.map((code, i) => Math.abs(code - Math.round(second.simulated[i] / second.tensor.q.scale))),
    ),
  );
});
