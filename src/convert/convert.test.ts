import { CIFAR10 } from '../data/cifar10-spec';
import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import type { Param, ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { Rng } from '../core/rng';
import { createReferenceEngine } from '../engine/reference';
import { fuse } from '../graph/fuse';
import { outputLength } from '../core/window';
import type { Graph } from '../graph/types';
import { freeze } from '../quant/freeze';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat, weightKey } from '../quant/prepare';
import { getDefaultQatQConfig, type WeightScheme } from '../quant/qconfigs';
import { convert } from './convert';
import { dequantizeOutput, imageCodes } from './image';
import type { Int8Conv } from '../int8/int8-model';

const SIZE = 4;
const COUT = 5;
const conv = { cin: 3, cout: COUT, kernel: 3, stride: 1, pad: 1 };
const out = { h: outputLength(SIZE, conv), w: outputLength(SIZE, conv), c: COUT };
const vector = { h: 1, w: 1, c: COUT };
const network: Graph = {
  name: 'small',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { h: SIZE, w: SIZE, c: 3 } },
    { id: 'conv', op: 'conv', inputs: ['input'], out, conv, weight: 'conv.weight', relu: false },
    { id: 'bn', op: 'bn', inputs: ['conv'], out, bn: { prefix: 'bn', eps: 1e-5, momentum: 0.1 } },
    { id: 'relu', op: 'relu', inputs: ['bn'], out },
    { id: 'avgpool', op: 'avgpool', inputs: ['relu'], out: vector },
    { id: 'flatten', op: 'flatten', inputs: ['avgpool'], out: vector },
    {
      ...{
        id: 'fc',
        op: 'linear',
        inputs: ['flatten'],
        out: { h: 1, w: 1, c: 2 },
        weight: 'fc.weight',
        bias: 'fc.bias',
      },
      ...{ inFeatures: COUT, outFeatures: 2 },
    },
  ],
};
const graph = prepareQat(fuse(network).graph, getDefaultQatQConfig('fbgemm'), { fuseAddRelu: false });

const rng = new Rng(7);
const random = (n: number, low: number, high: number): Param => ({
  shape: [n],
  data: Float32Array.from({ length: n }, () => low + (high - low) * rng.uniform()),
});
const params = new Map([
  ['conv.weight', random(COUT * 27, -0.3, 0.3)],
  ['bn.weight', random(COUT, 0.5, 1.5)],
  ['bn.bias', random(COUT, -0.5, 0.5)],
  ['bn.running_mean', random(COUT, -0.5, 0.5)],
  ['bn.running_var', random(COUT, 0.5, 1.5)],
  ['fc.weight', random(COUT * 2, -1, 1)],
  ['fc.bias', random(2, -1, 1)],
]);
const range = (min: number, max: number): ObservedRange => ({ min: Float32Array.of(min), max: Float32Array.of(max) });
const activations = new Map([
  ['quant', range(-2.2, 2.7)],
  ['conv', range(0, 8)],
  ['fc', range(-6, 6)],
]);
const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, () => rng.below(256));
/** As observed, the weights as they are. */
const frozen = (values: ParamStore, ranges: ReadonlyMap<string, ObservedRange>) =>
  freeze(graph, observeWeights(graph, values, ranges));
const bnOf = (changes: Record<string, number[]>) =>
  new Map([
    ...params,
    ...Object.entries(changes).map(([name, data]): [string, Param] => [
      name,
      { shape: [data.length], data: Float32Array.from(data) },
    ]),
  ]);

describe('convert', () => {
  const model = convert(graph, params, frozen(params, activations));

  it('names operations by module path and lets flatten and stubs go', () => {
    expect(model.ops.map(({ op, name }) => [op, name])).toEqual([
      ['conv', 'conv'],
      ['avgpool', 'avgpool'],
      ['linear', 'fc'],
    ]);
    expect(model.tensors.map(({ h, w, c }) => [h, w, c])).toEqual([
      [4, 4, 3],
      [4, 4, 5],
      [1, 1, 5],
      [1, 1, 2],
    ]);
    expect(model.tensors[2].q).toEqual(model.tensors[1].q);
  });

  it('computes the float network, within what 8 bits cost', () => {
    const f = (name: string) => params.get(name)!.data;
    const image = imageCodes(pixels, 1, model, CIFAR10);
    const { scale, zeroPoint } = model.tensors[0].q;
    const pooled = Array.from({ length: COUT }, (_, o) => {
      let sum = 0;
      for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++) {
          let z = 0;
          for (let i = 0; i < 3; i++)
            for (let ky = 0; ky < 3; ky++)
              for (let kx = 0; kx < 3; kx++) {
                const [iy, ix] = [y + ky - 1, x + kx - 1];
                if (iy < 0 || ix < 0 || iy >= SIZE || ix >= SIZE) continue;
                const real = (image[(iy * SIZE + ix) * 3 + i] - zeroPoint) * scale;
                z += real * f('conv.weight')[((o * 3 + i) * 3 + ky) * 3 + kx];
              }
          const u = (z - f('bn.running_mean')[o]) / Math.sqrt(f('bn.running_var')[o] + 1e-5);
          sum += Math.max(0, u * f('bn.weight')[o] + f('bn.bias')[o]);
        }
      return sum / (SIZE * SIZE);
    });
    const logits = dequantizeOutput(createReferenceEngine(model).run(image, 1), model);
    for (let o = 0; o < 2; o++) {
      const expected = pooled.reduce((sum, v, i) => sum + v * f('fc.weight')[o * COUT + i], f('fc.bias')[o]);
      expect(Math.abs(logits[o] - expected)).toBeLessThan(0.15);
    }
  });

  it('takes the weight ranges it is given, and quantizes by them', () => {
    const wide: ObservedRange = { min: new Float32Array(COUT).fill(-12.75), max: new Float32Array(COUT) };
    const ranges = new Map([
      ...activations,
      [weightKey('conv'), wide],
      [weightKey('fc'), { min: wide.min.slice(0, 2), max: wide.max.slice(0, 2) }],
    ]);
    const { weightScales } = convert(graph, params, freeze(graph, ranges)).ops[0] as Int8Conv;
    expect([...weightScales]).toEqual(Array(COUT).fill(Math.fround(0.1)));
  });

  it('quantizes over the weights as they are once they were observed: averaging constant 1 replaces the range', () => {
    const stale: ObservedRange = { min: new Float32Array(COUT).fill(-1), max: new Float32Array(COUT).fill(1) };
    const before = new Map([...activations, [weightKey('conv'), stale]]);
    const again = convert(graph, params, frozen(params, before));
    const [fresh, renewed] = [model.ops[0] as Int8Conv, again.ops[0] as Int8Conv];
    renewed.weightScales.forEach((scale, c) => expect(scale / fresh.weightScales[c]).toBeCloseTo(1, 6));
  });

  it("saturates activations at the qconfig's codes or at quint8's", () => {
    const quint8 = convert(graph, params, frozen(params, activations), { saturateAt: 'quint8' });
    expect(model.tensors.map(({ q }) => q.qmax)).toEqual([127, 127, 127, 127]);
    expect(quint8.tensors.map(({ q }) => q.qmax)).toEqual([255, 255, 255, 255]);
    expect(quint8.tensors.map(({ q }) => q.scale)).toEqual(model.tensors.map(({ q }) => q.scale));
  });

  it('takes codes and a bias in the place of rounding to nearest and the folded bias', () => {
    const { activations: outputs, weights } = frozen(params, activations);
    const fc = weights.get('fc')!;
    const codes = Int8Array.from({ length: 2 * COUT }, (_, i) => i - 5);
    const bias = Float32Array.of(1, 2);
    const chosen = convert(graph, params, {
      activations: outputs,
      weights: new Map([...weights, ['fc', { ...fc, codes, bias }]]),
    });
    expect(chosen.ops[2]).toEqual({ ...model.ops[2], weights: codes, bias });
    expect(chosen.ops.slice(0, 2)).toEqual(model.ops.slice(0, 2));
  });

  it('converts a channel whose gamma is 0 to its bias', () => {
    const dead = bnOf({ 'bn.weight': [0, 1, 1, 1, 1], 'bn.bias': [1.5, 0, 0, 0, 0] });
    const converted = convert(graph, dead, frozen(dead, activations));
    const [first] = createReferenceEngine(converted).trace(imageCodes(pixels, 1, converted, CIFAR10));
    const { scale } = converted.tensors[1].q;
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++) expect(first[pixel * COUT]).toBe(Math.round(1.5 / scale));
  });

  it('says which range is missing', () => {
    expect(() => frozen(params, new Map())).toThrow('range of quant was never');
    expect(() => freeze(graph, activations)).toThrow('range of conv.weight was never');
  });

  it('refuses weights that are not finite', () => {
    const diverged = bnOf({ 'bn.running_mean': [0, 0, NaN, 0, 0] });
    expect(() => convert(graph, diverged, frozen(diverged, activations))).toThrow(PlaygroundError);
    expect(() => convert(graph, diverged, frozen(diverged, activations))).toThrow('conv are not finite');
  });
});

describe('weights of other schemes', () => {
  const of = (weightScheme: WeightScheme) => {
    const qconfig = getDefaultQatQConfig('fbgemm', { weightScheme });
    const prepared = prepareQat(fuse(network).graph, qconfig, { fuseAddRelu: false });
    return () => convert(prepared, params, freeze(prepared, observeWeights(prepared, params, activations)));
  };

  it('per tensor have the same scale for each channel', () => {
    const [conv, fc] = of('per_tensor_symmetric')().ops.flatMap((op) => ('weights' in op ? [op] : []));
    for (const { weightScales, weights } of [conv, fc]) {
      expect(new Set(weightScales).size).toBe(1);
      expect(Math.max(...[...weights].map(Math.abs))).toBeGreaterThanOrEqual(127);
    }
    expect(conv.weightScales.length).toBe(COUT);
  });

  it.each(['per_channel_affine', 'per_tensor_affine'] as const)('are refused where they are %s', (weightScheme) =>
    expect(of(weightScheme)).toThrow(expect.objectContaining({ code: 'unsupported' })),
  );
});

describe('imageCodes', () => {
  const model = convert(graph, params, frozen(params, activations));

  it('gives every byte the code of its normalised value', () => {
    const { scale, zeroPoint } = model.tensors[0].q;
    const grey = new Uint8Array(SIZE * SIZE * 3).fill(200);
    const codes = imageCodes(grey, 1, model, CIFAR10);
    const real = (mean: number, std: number) => Math.round((200 / 255 - mean) / std / scale + zeroPoint);
    expect([...codes.subarray(0, 3)]).toEqual([real(0.485, 0.229), real(0.456, 0.224), real(0.406, 0.225)]);
  });

  it('refuses bytes that are no images of this network', () => {
    expect(() => imageCodes(pixels.subarray(1), 1, model, CIFAR10)).toThrow(PlaygroundError);
    expect(() => imageCodes(pixels, 2, model, CIFAR10)).toThrow('48 bytes are not 2 images of 4 x 4 x 3');
  });
});
