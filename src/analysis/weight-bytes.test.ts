// Against files, and a search of widths on a small network that is calibrated, quantized and run.
import { beforeAll, expect, it } from 'vitest';
import { imageCodes } from '../convert/image';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import { int8FileBytes } from '../int8/serialize';
import { Lab } from '../lab/lab';
import { IMAGES, model, source } from '../lab/unlike';
import type { LayerBits } from '../quant/layer-bits';
import { agreement, predictions } from '../report/accuracy';
import { paretoFront } from './pareto';
import { searchWidths } from './search';
import { weightBytes } from './weight-bytes';

const COUNT = 100;
const LAYERS = ['first', 'second', 'fc'];
const both = (bits: number) => ({ weightBits: bits, activationBits: bits });

beforeAll(setUpWasm);

it('is all that a file grows by with the widths of its layers, and makes a search possible', async () => {
  const lab = new Lab(model, source);
  const { pixels } = await source.images('validation', 0, COUNT);
  const float = (await lab.evaluate({ graph: lab.fused }, 'validation', COUNT)).predictions;
  const bytes = weightBytes(lab.fused, 8);
  const quantized = (layers: LayerBits) => lab.ptq({ ...both(8), layers, fuseAddRelu: true });
  /** No accuracy, as nothing has trained this network: whether it still answers as in FP32. */
  const measure = async (layers: LayerBits) => {
    const int8 = await quantized(layers);
    const codes = createReferenceEngine(int8).run(imageCodes(pixels, COUNT, int8, IMAGES), COUNT);
    return agreement(predictions(codes, codes.length / COUNT), float);
  };
  const choices = { layers: LAYERS, widths: [8, 4, 2].map(both), cost: bytes };
  const points = [];
  for await (const point of searchWidths(choices, measure, new AbortController().signal)) points.push(point);

  const rest = int8FileBytes(await quantized(new Map())) - bytes(new Map());
  for (const { layers, cost: found } of points) {
    // Alignment of the three weights, and the digits of scales.
    expect(Math.abs(int8FileBytes(await quantized(layers)) - rest - found)).toBeLessThan(3 * 8 + 80);
  }
  const front = paretoFront(points);
  expect(front.at(-1)!.accuracy).toBe(Math.max(...points.map(({ accuracy }) => accuracy)));
  expect(front[0].cost).toBe(bytes(new Map(LAYERS.map((layer) => [layer, both(2)]))));
});

it('counts weights alone, each at its bits', () => {
  const bytes = weightBytes(new Lab(model, source).fused, 8);
  expect(bytes(new Map())).toBe(54 + 540 + 30);
  expect(bytes(new Map([['second', both(3)]]))).toBe(54 + 203 + 30);
  expect(bytes(new Map([['pool', both(2)]]))).toBe(54 + 540 + 30);
});
