// Learned roundings on a small network: nearer to the float network, never worse than the nearest codes, the same again, and
// gone on with after a stop. PyTorch's numbers: tests/golden/learned-rounding.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { setUpWasm } from '../../device/wasm/testing';
import { blocksOf } from '../../graph/blocks';
import { foldBatchNorms, inferenceWeights } from '../../graph/fold';
import { nodeById } from '../../graph/graph';
import type { WeightedNode } from '../../graph/types';
import { NONE, type FrozenQuantizers } from '../../quant/freeze';
import { Calibration } from '../../quant/methods/calibration';
import { twoCodes } from '../../quant/methods/learned-rounding';
import { ptq } from '../../quant/methods/ptq';
import { calibrate, logitsOf } from '../evaluate';
import { FloatModel } from '../float-model';
import { macrotask } from '../../core/macrotask';
import { Steering } from '../steering';
import { smallBatch, smallGraph, smallParams } from '../testing';
import { learnRoundings, type RoundingContext } from './learn-roundings';

const fused = smallGraph();
const folded = foldBatchNorms(fused, smallParams(fused, 5));
const { x: images } = smallBatch(0, 64);
const OPTIONS = { iterations: 60, batch: 32, learningRate: 0.1, penalty: 0.01 };

async function contextOf(weightBits: number, other: Partial<RoundingContext> = {}): Promise<RoundingContext> {
  const calibration = new Calibration(folded, { fuseAddRelu: true });
  async function* batches() {
    yield images;
  }
  await calibrate(calibration, batches());
  const calibrated = calibration.calibrated();
  const { params } = calibrated;
  const network = { ...ptq(calibrated, { weightBits, activationBits: 8, keep: 'edges' }), params };
  const steering = new Steering(0);
  return { ...network, images, options: OPTIONS, seed: 3, done: new Map(), steering, onProgress: () => {}, ...other };
}

const withCodes = ({ activations, weights }: FrozenQuantizers, codes: ReadonlyMap<string, Int8Array>) => ({
  activations,
  weights: new Map([...weights].map(([id, { q }]) => [id, { q, codes: codes.get(id) }])),
});

async function outputs(graph: RoundingContext['graph'], { params }: RoundingContext, q: FrozenQuantizers, x = images) {
  const model = new FloatModel(graph, params, q);
  try {
    return await logitsOf(model, x);
  } finally {
    model.dispose();
  }
}
const squares = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0);

/** The squared error of each block with the codes learned, and with the nearest ones, after learned blocks. */
async function blockErrors(context: RoundingContext): Promise<[learned: number, nearest: number][]> {
  let [float, quantized] = [images, images];
  const errors: [number, number][] = [];
  for (const block of blocksOf(context.graph)) {
    const [input] = block.nodes;
    const of = (codes: ReadonlyMap<string, Int8Array>) => {
      const { weights, activations } = withCodes(context.quantizers, codes);
      return { weights, activations: new Map([...activations].filter(([id]) => id !== input.id)) };
    };
    float = await outputs(block, context, NONE, float);
    const nearest = await outputs(block, context, of(new Map()), quantized);
    quantized = await outputs(block, context, of(context.done), quantized);
    errors.push([squares(quantized, float), squares(nearest, float)]);
  }
  return errors;
}

const alive = () => [tf.memory().numTensors, tf.backend().numDataIds()];

describe('learnRoundings', () => {
  beforeAll(setUpWasm);

  test.each([2, 3])('with weights of %i bits brings the logits nearer to the float network', async (weightBits) => {
    const context = await contextOf(weightBits, { options: { ...OPTIONS, iterations: 150 } });
    const before = alive();
    await learnRoundings(context);
    expect(alive()).toEqual(before);
    const [float, nearest, learned] = [NONE, context.quantizers, withCodes(context.quantizers, context.done)];
    const logits = await outputs(context.graph, context, float);
    const error = async (q: FrozenQuantizers) => squares(await outputs(context.graph, context, q), logits);
    expect(await error(learned)).toBeLessThan(0.9 * (await error(nearest)));
  });

  test.each([1e-4, 0.1, 30])('leaves no block worse than the nearest codes (rate %d)', async (learningRate) => {
    const context = await contextOf(3, { options: { ...OPTIONS, iterations: 12, learningRate } });
    await learnRoundings(context);
    for (const [learned, nearest] of await blockErrors(context)) expect(learned).toBeLessThanOrEqual(nearest);
  });

  test('rounds every weight up or down, within the range', async () => {
    const context = await contextOf(2);
    await learnRoundings(context);
    const { weights } = context.quantizers;
    expect([...context.done.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [id, codes] of context.done) {
      const { data } = inferenceWeights(nodeById(context.graph, id) as WeightedNode, context.params).weight;
      const { down, up } = twoCodes(data, weights.get(id)!.q);
      expect(codes.length).toBe(data.length);
      codes.forEach((code, i) => expect(code === down[i] || code === up[i]).toBe(true));
    }
  });

  test('goes on after the last block that was done when it is stopped, and ends as if it had not been', async () => {
    const [whole, stopped] = [await contextOf(3), await contextOf(3)];
    await learnRoundings(whole);
    const before = alive();
    const steering = new Steering(0);
    const onProgress: RoundingContext['onProgress'] = ({ block }) => block === 1 && steering.stop();
    await expect(learnRoundings({ ...stopped, steering, onProgress })).rejects.toMatchObject({ code: 'stopped' });
    expect(alive()).toEqual(before);
    expect([...stopped.done.keys()]).toEqual(['stem']);
    const blocks = new Set<number>();
    await learnRoundings({ ...stopped, onProgress: ({ block }) => blocks.add(block) });
    expect([...blocks]).toEqual([1, 2]);
    expect(stopped.done).toEqual(whole.done);
    const other = await contextOf(3, { seed: 4 });
    await learnRoundings(other);
    expect(other.done).not.toEqual(whole.done);
  });

  test('waits while it is paused', async () => {
    const steering = new Steering(0);
    steering.pause();
    let told = 0;
    const learning = learnRoundings(await contextOf(3, { steering, onProgress: () => told++ }));
    for (let i = 0; i < 20; i++) await macrotask();
    expect(told).toBe(0);
    steering.resume();
    await learning;
    expect(told).toBeGreaterThan(0);
  });
});
