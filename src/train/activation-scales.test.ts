// The scales of activations that each step tells of, against those that the state after it is converted with.
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { trainedBy } from './state';
import { BACKENDS, smallBatch, smallPrepared } from './testing';
import { Trainer } from './trainer';

const bits = { weightBits: 3, activationBits: 6 };
const { fused, params, observing, lsq, learned } = smallPrepared(bits);
const prepared = (id: 'fbgemm' | 'fbgemm_qat' | 'lsq', more = {}): QatGraph =>
  prepareQat(fused, qconfigById(id, { ...bits, ...more }), { fuseAddRelu: true });
const SGD = { lr: 0.05, momentum: 0.9, weightDecay: 0 };
const MODE = { bnFrozen: false, observersFrozen: false };

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  test.each([
    ['observed', observing, params],
    ['observed, powers of two', prepared('fbgemm_qat', { powerOfTwo: true }), params],
    ['learned', lsq, learned],
    ['learned, powers of two', prepared('lsq', { powerOfTwo: true }), learned],
  ] as const)('%s', async (_, graph, params) => {
    const trainer = new Trainer(graph, { params });
    for (const step of [0, 1, 2]) {
      const { activations = [] } = await trainer.trainStep(smallBatch(step), SGD, MODE);
      const { quantizers } = trainedBy(graph, await trainer.snapshot());
      const own = graph.nodes.filter(({ id }) => graph.quant[id]?.activation);
      expect(own.length).toBeGreaterThan(4);
      expect(activations).toEqual(own.map(({ id }) => ({ id, scale: quantizers.activations.get(id)!.scale })));
    }
    trainer.dispose();
  });

  test.each([
    ['a float network', fused],
    ['one that only observes', prepared('fbgemm')],
  ])('%s has none', async (_, graph) => {
    const trainer = new Trainer(graph, { params });
    const { activations } = await trainer.trainStep(smallBatch(0), SGD, MODE);
    expect(activations).toBeUndefined();
    trainer.dispose();
  });
});
