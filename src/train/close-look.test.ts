// What is told of one step, against states before and after it, gradients taken apart from it, and the codes that conversion
// would have.
import { beforeAll, describe, expect, test } from 'vitest';
import { inferenceWeights } from '../graph/fold';
import type { WeightedNode } from '../graph/types';
import { quantizeWeight } from '../quant/fake-quant';
import { toTorch } from './layout';
import { trainedBy, type TrainState } from './state';
import { BACKENDS, smallBatch, smallPrepared } from './testing';
import { Trainer } from './trainer';

const { params, observing, lsq, learned } = smallPrepared({ weightBits: 3, activationBits: 6 });
const SGD = { lr: 0.05, momentum: 0, weightDecay: 0.01 };
const MODE = { bnFrozen: false, observersFrozen: false };

/** All codes of a layer's weights, as conversion has them; channels on axis 0. */
function codesOf(layer: string, state: TrainState): Int8Array {
  const { params, quantizers } = trainedBy(lsq, state);
  const node = lsq.nodes.find(({ id }) => id === layer) as WeightedNode;
  return quantizeWeight(inferenceWeights(node, params).weight.data, quantizers.weights.get(layer)!.q);
}

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  test.each([
    ['a', 3, 8],
    ['down', 1, 8],
    ['fc', 1, 8],
  ])('the weights of %s before and after a step of plain SGD', async (layer, kernel, inputs) => {
    const trainer = new Trainer(lsq, { params: learned });
    await trainer.trainStep(smallBatch(0), SGD, MODE);
    const before = await trainer.snapshot();
    const { loss, grads } = trainer.gradients(smallBatch(1), MODE);
    const gradient = toTorch({
      shape: grads.get(`${layer}.weight`)!.shape,
      data: grads.get(`${layer}.weight`)!.dataSync<'float32'>(),
    }).data;
    grads.forEach((tensor) => tensor.dispose());
    const { look, ...result } = await trainer.trainStep(smallBatch(1), SGD, MODE, layer);
    const after = await trainer.snapshot();
    trainer.dispose();

    expect(result.loss).toBeCloseTo(loss.dataSync()[0], 5);
    loss.dispose();
    const [w, next] = [before, after].map(({ params }) => params.get(`${layer}.weight`)!.data);
    const [codes, codesAfter] = [before, after].map((state) => codesOf(layer, state));
    const flipsOf = (channel: number) => {
      const [from, to] = [channel, channel + 1].map((c) => (c * w.length) / look!.channels);
      return codes.slice(from, to).filter((code, i) => code !== codesAfter[from + i]).length;
    };
    const flips = Array.from({ length: look!.channels }, (_, channel) => flipsOf(channel));
    expect(look).toMatchObject({ layer, kernel, total: w.length, qmin: -4, qmax: 3 });
    // A code beside a tie may fall otherwise here.
    expect(Math.abs(look!.flipped - flips.reduce((sum, n) => sum + n))).toBeLessThanOrEqual(1);
    expect(flips[look!.channel]).toBeGreaterThanOrEqual(Math.max(...flips) - 1);
    expect(look!.clipped).toBe(gradient.filter((value) => value === 0).length);
    expect(look!.clipped).toBeGreaterThan(0);

    const taps = kernel ** 2;
    expect(look!.inputs).toHaveLength(Math.min(inputs, Math.floor(64 / taps)));
    expect(look!.weights).toHaveLength(look!.inputs.length * taps);
    look!.weights.forEach((seen, i) => {
      const input = look!.inputs[Math.floor(i / taps)];
      const at = (look!.channel * inputs + input) * taps + (i % taps);
      expect(seen.before).toBe(w[at]);
      expect(seen.after).toBe(next[at]);
      expect(seen.gradient).toBe(gradient[at]);
      expect(seen.passes).toBe(gradient[at] !== 0);
      expect(seen.after).toBeCloseTo(w[at] - SGD.lr * (gradient[at] + SGD.weightDecay * w[at]), 6);
      expect(seen.codes).toEqual([codes[at], codesAfter[at]]);
      const [exact] = [(seen.before * look!.factor[0]) / look!.scale[0]];
      expect(seen.passes).toBe(Math.round(exact) >= -4 && Math.round(exact) <= 3);
    });
  });

  test('observed ranges give the scale by which the step rounded', async () => {
    const trainer = new Trainer(observing, { params });
    const { look } = await trainer.trainStep(smallBatch(0), SGD, MODE, 'fc');
    trainer.dispose();
    // The first range that is seen is that of the weights, one row a channel; 3 bits are 7 steps wide.
    const row = params.get('fc.weight')!.data.subarray(8 * look!.channel, 8 * (look!.channel + 1));
    expect(look!.scale[0]).toBeCloseTo(Math.max(...row.map(Math.abs)) / 3.5, 6);
    expect(look!.scale[1]).toBe(look!.scale[0]);
    expect(look!.factor).toEqual([1, 1]);
  });

  test('whoever looks changes nothing, and what has no codes shows nothing', async () => {
    const losses = await Promise.all(
      ['b', undefined, 'relu'].map(async (closely) => {
        const trainer = new Trainer(lsq, { params: learned });
        const { look } = await trainer.trainStep(smallBatch(0), SGD, MODE, closely);
        expect(look === undefined).toBe(closely !== 'b');
        const { loss } = await trainer.trainStep(smallBatch(1), SGD, MODE);
        trainer.dispose();
        return loss;
      }),
    );
    expect(new Set(losses).size).toBe(1);
  });
});
