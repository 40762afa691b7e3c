// Layer by layer through a network unlike the page's, against outputs taken one by one.
import { beforeAll, describe, expect, test } from 'vitest';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { convert } from '../convert/convert';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import { ptq, type PtqOptions } from '../quant/methods/ptq';
import { Lab } from './lab';
import type { StartEngine } from './teacher';
import type { QuantizedNetwork } from './three-networks';
import { IMAGES, model, source } from './unlike';

const COUNT = 6;
const range = { split: 'test', start: 3, count: COUNT } as const;
const EIGHT: PtqOptions = { weightBits: 8, activationBits: 8 };

beforeAll(setUpWasm);

async function quantized(
  options: PtqOptions,
  startEngine?: StartEngine,
): Promise<{ lab: Lab; network: QuantizedNetwork }> {
  const lab = new Lab(model, source, { startEngine });
  const calibration = await lab.calibrate({ fuseAddRelu: true });
  return { lab, network: { params: calibration.params, ...ptq(calibration, options) } };
}

/** With numbers in plain loops. */
const likeness = (x: number[], y: number[]) => {
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const off = x.map((v, i) => v - y[i]);
  return { sqnr: 10 * Math.log10(dot(x, x) / dot(off, off)), cosine: dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)) };
};

describe('compareLayers', () => {
  test('names the operations of the integer network, and counts all their codes', async () => {
    const { lab, network } = await quantized(EIGHT);
    const layers = await lab.compareLayers(network, network.params, range);
    const int8 = convert(network.graph, network.params, network.quantizers);
    expect(layers.map(({ name }) => name)).toEqual(['first', 'pool', 'second', 'average', 'fc']);
    layers.forEach(({ codes }, i) => {
      const { h, w, c } = int8.tensors[int8.ops[i].output];
      expect(codes).toBe(COUNT * h * w * c);
    });
  });

  test('the last layer is what both networks answer', async () => {
    const { lab, network } = await quantized({ ...EIGHT, weightBits: 3 });
    const { pixels } = await source.images(range.split, range.start, COUNT);
    const int8 = convert(network.graph, network.params, network.quantizers);
    const integer = dequantizeOutput(
      createReferenceEngine(int8).run(imageCodes(pixels, COUNT, int8, IMAGES), COUNT),
      int8,
    );
    const last = (await lab.compareLayers(network, network.params, range)).at(-1)!;
    const expected = likeness(float(pixels), [...integer]);
    expect(last.sqnr).toBeCloseTo(expected.sqnr, 3);
    expect(last.cosine).toBeCloseTo(expected.cosine, 5);
  });

  test('8 bits are close to FP32 in every layer, fewer are further, and simulated and integer hardly differ', async () => {
    const sqnrs: number[][] = [];
    for (const bits of [8, 4, 2]) {
      const { lab, network } = await quantized({ weightBits: bits, activationBits: bits });
      const layers = await lab.compareLayers(network, network.params, range);
      sqnrs.push(layers.map(({ sqnr }) => sqnr));
      for (const { codes, differing, largest } of layers) {
        expect(differing / codes).toBeLessThan(0.01);
        expect(largest).toBeLessThanOrEqual(1);
      }
    }
    expect(Math.min(...sqnrs[0])).toBeGreaterThan(25);
    sqnrs[0].forEach((sqnr, layer) => {
      expect(sqnr).toBeGreaterThan(sqnrs[1][layer]);
      expect(sqnrs[1][layer]).toBeGreaterThan(sqnrs[2][layer]);
    });
  });

  test.each<[string, Partial<PtqOptions>]>([
    ['all 256 codes of activations', { reduceRange: false }],
    ['weights per tensor', { weightScheme: 'per_tensor_symmetric' }],
    ['narrow weights', { narrowRange: true }],
    ['powers of two', { powerOfTwo: true }],
    [
      'all of it, and what methods choose',
      {
        ...{ reduceRange: false, weightScheme: 'per_tensor_symmetric', narrowRange: true, powerOfTwo: true },
        ...{ ranges: { activations: 'mse', weights: 'mse' }, rounding: 'flipped', correctBias: true, keep: 'edges' },
        layers: new Map([['second', { weightBits: 8, activationBits: 8 }]]),
      },
    ],
  ])('simulated and integer hardly differ with %s, at any width', async (_, scheme) => {
    for (const bits of [8, 4, 2]) {
      const { lab, network } = await quantized({ weightBits: bits, activationBits: bits, ...scheme });
      const largest = Math.max(...[...network.quantizers.activations.values()].map(({ qmax }) => qmax));
      if (bits === 8 || scheme.keep) expect(largest).toBe(scheme.reduceRange === false ? 255 : 127);
      for (const { codes, differing, largest } of await lab.compareLayers(network, network.params, range)) {
        expect(differing / codes).toBeLessThan(0.01);
        expect(largest).toBeLessThanOrEqual(1);
      }
    }
  });

  test('simulates codes and biases that a method chose, as the integers have them', async () => {
    const { lab, network } = await quantized({
      weightBits: 3,
      activationBits: 4,
      rounding: 'flipped',
      correctBias: true,
    });
    for (const { codes, differing } of await lab.compareLayers(network, network.params, range))
      expect(differing / codes).toBeLessThan(0.01);
  });

  test('counts the codes that an engine has otherwise, and by how much', async () => {
    const wrong: StartEngine = async (int8) => {
      const engine = createReferenceEngine(int8);
      const trace = (codes: Uint8Array) => {
        const traced = engine.trace(codes);
        traced[2].set(traced[2].subarray(0, 2).map((code, i) => (code > 60 ? code - 3 - i : code + 3 + i)));
        return traced;
      };
      return { ...engine, trace };
    };
    const { lab, network } = await quantized(EIGHT, wrong);
    const layers = await lab.compareLayers(network, network.params, range);
    expect(layers.map(({ differing }) => differing)).toEqual([0, 0, 2 * COUNT, 0, 0]);
    expect(layers.map(({ largest }) => largest)).toEqual([0, 0, 4, 0, 0]);
  });

  test('tells of what FP32 had and the quantized network has no more', async () => {
    const { lab, network } = await quantized(EIGHT);
    const same = await lab.compareLayers(network, network.params, range);
    const reference = new Map(network.params).set('second.bias', {
      shape: [10],
      data: network.params.get('second.bias')!.data.map((v) => v + 3),
    });
    const other = await lab.compareLayers(network, reference, range);
    expect(other.slice(0, 2)).toEqual(same.slice(0, 2));
    expect(other[2].sqnr).toBeLessThan(same[2].sqnr - 10);
    expect(other.map(({ differing }) => differing)).toEqual(same.map(({ differing }) => differing));
  });

  test('is made of the maps that each image has', async () => {
    const { lab, network } = await quantized({ ...EIGHT, activationBits: 3 });
    const { pixels } = await source.images('test', 4, 1);
    const maps = await lab.layerMaps(network, network.params, pixels);
    const one = await lab.compareLayers(network, network.params, { split: 'test', start: 4, count: 1 });
    expect(maps.map(({ name }) => name)).toEqual(one.map(({ name }) => name));
    maps.forEach(({ tensor: { h, w, c, q }, float, simulated, codes }, i) => {
      expect([float.length, simulated.length, codes.length]).toEqual([h * w * c, h * w * c, h * w * c]);
      const integer = Array.from(codes, (code) => (code - q.zeroPoint) * q.scale);
      const expected = likeness([...float], integer);
      if (Number.isFinite(expected.sqnr)) expect(one[i].sqnr).toBeCloseTo(expected.sqnr, 3);
      const half = simulated.filter((value, k) => Math.abs(value - integer[k]) > q.scale / 2).length;
      expect(half).toBe(one[i].differing);
    });
  });
});

/** The FP32 network's logits, by its definition. */
function float(pixels: Uint8Array): number[] {
  const of = (name: string) => model.params.get(name)!.data;
  const size = IMAGES.h * IMAGES.w;
  const conv = (x: number[][], [h, w]: number[], name: string, cout: number, stride: number) => {
    const [oh, ow] = [Math.ceil(h / stride), Math.ceil(w / stride)];
    return Array.from({ length: cout }, (_, o) =>
      Array.from({ length: oh * ow }, (_, p) => {
        let sum = of(`${name}.bias`)[o];
        for (let i = 0; i < x.length; i++)
          for (let k = 0; k < 9; k++) {
            const [y, z] = [Math.floor(p / ow) * stride + Math.floor(k / 3) - 1, (p % ow) * stride + (k % 3) - 1];
            if (y < 0 || z < 0 || y >= h || z >= w) continue;
            sum += x[i][y * w + z] * of(`${name}.weight`)[(o * x.length + i) * 9 + k];
          }
        return Math.max(sum, 0);
      }),
    );
  };
  return Array.from({ length: COUNT }, (_, n) => {
    const image = Array.from(
      pixels.subarray(n * size, (n + 1) * size),
      (v) => (v / 255 - IMAGES.mean[0]) / IMAGES.std[0],
    );
    const first = conv([image], [12, 20], 'first', 6, 1);
    const pooled = first.map((map) =>
      Array.from({ length: 60 }, (_, p) => {
        const at = Math.floor(p / 10) * 2 * 20 + (p % 10) * 2;
        return Math.max(map[at], map[at + 1], map[at + 20], map[at + 21]);
      }),
    );
    const means = conv(pooled, [6, 10], 'second', 10, 2).map((map) => map.reduce((sum, v) => sum + v, 0) / map.length);
    return Array.from({ length: 3 }, (_, o) =>
      means.reduce((sum, v, i) => sum + v * of('fc.weight')[o * 10 + i], of('fc.bias')[o]),
    );
  }).flat();
}
