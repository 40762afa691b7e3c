// The search of layers' widths on a small network, against what quantizing and converting it give by themselves.
import { beforeAll, expect, test } from 'vitest';
import type { SearchPoint } from '../analysis/search';
import { convert } from '../convert/convert';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import type { Int8Model } from '../int8/int8-model';
import { serializeInt8Model } from '../int8/serialize';
import type { Calibrated } from '../quant/methods/calibration';
import { ptq, type PtqOptions } from '../quant/methods/ptq';
import { imageCodes } from '../convert/image';
import { agreement, predictions } from '../report/accuracy';
import { Lab } from './lab';
import { searchNetwork, type Measures, type WidthsRequest } from './search-widths';
import { IMAGES, model, source } from './unlike';

const IMAGES_SEEN = 60;
const WIDTHS: WidthsRequest = { weightBits: [8, 4, 2], budget: 'bytes' };
const options: PtqOptions = { activationBits: 5, rounding: 'flipped', correctBias: true, ranges: { weights: 'mse' } };
const never = () => new AbortController().signal;
let calibration: Calibrated;
let measures: Measures;
const seen: Int8Model[] = [];

beforeAll(async () => {
  await setUpWasm();
  calibration = await new Lab(model, source).calibrate({ fuseAddRelu: true });
  const { pixels, labels } = await source.images('validation', 0, IMAGES_SEEN);
  measures = {
    async accuracy(network) {
      seen.push(network);
      const codes = createReferenceEngine(network).run(imageCodes(pixels, IMAGES_SEEN, network, IMAGES), IMAGES_SEEN);
      return agreement(predictions(codes, IMAGES.classes.length), labels);
    },
    times: async ({ ops }) =>
      new Map(ops.map((op) => [op.name, 'weights' in op ? (op.name === 'fc' ? 100 : 1) * op.weightBits : 1000])),
  };
});

async function search(options: PtqOptions, request = WIDTHS, signal = never()): Promise<SearchPoint[]> {
  seen.length = 0;
  const points: SearchPoint[] = [];
  for await (const point of searchNetwork(calibration, options, request, measures, signal)) points.push(point);
  return points;
}

/** Every point is the network that PTQ makes of these widths. @returns by how much bytes beyond its cost differ */
function unlikeCost(points: readonly SearchPoint[], options: PtqOptions): number {
  const sizes = points.map(({ cost, layers }, i) => {
    const { graph, quantizers } = ptq(calibration, {
      ...options,
      layers: new Map([...(options.layers ?? []), ...layers]),
    });
    const network = convert(graph, calibration.params, quantizers);
    expect(seen[i]).toEqual(network);
    return serializeInt8Model(network).byteLength - cost;
  });
  return Math.max(...sizes) - Math.min(...sizes);
}
/** What else a file holds is padding of its three weights, digits of its scales, and its header. */
const DIGITS = 3 * 8 + 80;

test('every point is the network that PTQ makes of these widths, and costs its weights', async () => {
  const points = await search(options);
  expect(points).toHaveLength(seen.length);
  expect(unlikeCost(points, options)).toBeLessThan(DIGITS);
  for (const [i, network] of [...seen].entries()) expect(points[i].accuracy).toBe(await measures.accuracy(network));
  expect(points.filter(({ step }) => step === 'uniform')).toHaveLength(3);
  expect([...points.at(-1)!.layers]).toEqual(
    ['first', 'second', 'fc'].map((id) => [id, { weightBits: 2, activationBits: 5 }]),
  );
});

test('what stays at 8 bits or has widths of its own is left as it is', async () => {
  const edges = await search({ ...options, keep: 'edges' });
  for (const { layers } of edges) expect([...layers.keys()]).toEqual(['second']);
  const own = await search({ ...options, layers: new Map([['second', { weightBits: 3, activationBits: 4 }]]) });
  for (const { layers } of own) expect([...layers.keys()]).toEqual(['first', 'fc']);
  for (const { ops } of seen) expect(ops.find(({ name }) => name === 'second')).toMatchObject({ weightBits: 3 });
  // All others have 8 bits first: the 540 weights of `second` take 3 in place of 8.
  const [{ cost }] = await search(options);
  expect(cost - own[0].cost).toBe(540 - Math.ceil((540 * 3) / 8));
});

test('a time is budgeted as bytes are', async () => {
  const points = await search(options, { ...WIDTHS, budget: 'time' });
  const rest = seen[0].ops.filter((op) => !('weights' in op)).length * 1000;
  for (const { layers, cost } of points)
    expect(cost).toBe(
      [...layers].reduce((sum, [id, { weightBits }]) => sum + (id === 'fc' ? 100 : 1) * weightBits, rest),
    );
});

test('it ends when told to, and refuses widths that do not fall', async () => {
  const hand = new AbortController();
  hand.abort();
  expect(await search(options, WIDTHS, hand.signal)).toEqual([]);
  for (const weightBits of [[], [4, 4], [4, 8], [9], [4, 1], [3.5]])
    await expect(search(options, { ...WIDTHS, weightBits })).rejects.toThrow('Layers cannot have');
});
