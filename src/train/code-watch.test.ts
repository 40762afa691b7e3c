// The watch over a trainer's codes, against codes of the states between its steps; and weights that are held.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { inferenceWeights } from '../graph/fold';
import { quantizeWeight } from '../quant/fake-quant';
import { CodeWatch } from './code-watch';
import type { QuantizedWeight } from './quantized-weights';
import { trainedBy } from './state';
import { BACKENDS, smallBatch, smallPrepared } from './testing';
import { Trainer } from './trainer';

const { fused, params, observing, lsq, learned } = smallPrepared({ weightBits: 3, activationBits: 6 });
const SGD = { lr: 0.05, momentum: 0.9, weightDecay: 0 };
const MODE = { bnFrozen: false, observersFrozen: false };

/** All codes of a state's weights, as conversion has them. */
async function codesOf(trainer: Trainer): Promise<number[]> {
  const { params, quantizers } = trainedBy(lsq, await trainer.snapshot());
  return lsq.nodes.flatMap((node) =>
    node.op === 'conv' || node.op === 'linear'
      ? [...quantizeWeight(inferenceWeights(node, params).weight.data, quantizers.weights.get(node.id)!.q)]
      : [],
  );
}

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  test('the share that flips is that of the codes which differ between two states', async () => {
    const trainer = new Trainer(lsq, { params: learned });
    expect((await trainer.trainStep(smallBatch(0), SGD, MODE)).flipping).toBeUndefined();
    let before = await codesOf(trainer);
    for (let step = 1; step < 4; step++) {
      const { flipping, oscillating } = await trainer.trainStep(smallBatch(step), SGD, MODE);
      const after = await codesOf(trainer);
      const changed = after.filter((code, i) => code !== before[i]).length;
      expect(changed).toBeGreaterThan(10);
      // A code beside a tie may fall otherwise here.
      expect(Math.abs(flipping! * after.length - changed)).toBeLessThanOrEqual(2);
      expect(oscillating).toBeLessThanOrEqual(1);
      before = after;
    }
    trainer.dispose();
  });

  test('nothing is told where no weight is fake-quantized', async () => {
    const trainer = new Trainer(fused, { params });
    for (const step of [0, 1])
      expect(await trainer.trainStep(smallBatch(step), SGD, MODE)).toEqual({
        loss: expect.any(Number),
        accuracy: expect.any(Number),
      });
    trainer.dispose();
  });

  test.each([
    ['learned scales', lsq, learned],
    ['observed ranges', observing, params],
  ] as const)('damping adds its gradient to the weights, with %s', async (_, graph, params) => {
    const after = async (oscillations: 'leave' | 'damp') => {
      const trainer = new Trainer(graph, { params }, { oscillations, steps: 2 });
      // No strength at the first step, half of it at the second; what a step learns from is taken before it.
      await trainer.trainStep(smallBatch(0), { ...SGD, lr: 0 }, MODE);
      const { quantizers } = trainedBy(graph, await trainer.snapshot());
      await trainer.trainStep(smallBatch(1), { ...SGD, momentum: 0 }, MODE);
      const { data } = (await trainer.snapshot()).params.get('fc.weight')!;
      trainer.dispose();
      return { data, q: quantizers.weights.get('fc')!.q };
    };
    const [left, { data: damped, q }] = [await after('leave'), await after('damp')];
    const before = params.get('fc.weight')!.data;
    const codes = quantizeWeight(before, q);
    const apart = left.data.map((value, i) => (value - damped[i]) / SGD.lr);
    before.forEach((w, i) => {
      const scale = q.scales[Math.floor(i / 8)];
      const clipped = Math.min(Math.max(w, q.qmin * scale), q.qmax * scale);
      expect(apart[i]).toBeCloseTo(2 * 0.05 * (clipped - codes[i] * scale), 5);
    });
    expect(Math.hypot(...apart)).toBeGreaterThan(0.01);
  });

  test('a held weight has the value of its code after every look, the others keep theirs', async () => {
    const variable = tf.variable(tf.zeros([4, 2]));
    const [scale, factor] = [tf.tensor1d([0.5, 0.25]), tf.tensor1d([1, -2])];
    const steps = () => ({ scale, factor });
    const weight: QuantizedWeight = { id: 'w', name: 'w', variable, channels: 2, qmin: -4, qmax: 3, steps };
    let watch = new CodeWatch([weight], true, new Map());
    // Of codes 0, 0, ... the fourth (channel 1) goes to and fro between 1 and 2.
    const values = (look: number) => [0.1, 0, 0, (-0.25 * (look % 2 === 0 ? 1.2 : 1.8)) / 2, 0, 0, 0.9, 0];
    let flips = 0;
    for (let look = 0; look < 12; look++) {
      if (look === 6) watch = new CodeWatch([weight], true, structuredClone(watch.state));
      variable.assign(tf.tensor2d(values(look), [4, 2]));
      const told = await watch.look(0.025);
      flips += told ? told.flipping * 8 : 0;
      const found = [...(await variable.data())];
      const held = watch.state.get('w')!.directions[3] === 2;
      expect(held).toBe(look >= 4);
      if (held) {
        expect(found[3]).toBeCloseTo((-0.25 * 1) / 2, 6);
        found[3] = Math.fround(values(look)[3]);
      }
      expect(found).toEqual([...Float32Array.from(values(look))]);
    }
    expect(flips).toBe(4);
    tf.dispose([variable, scale, factor]);
  });
});
