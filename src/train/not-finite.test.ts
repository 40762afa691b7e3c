// Whatever is not finite, wherever it arises: one error in one wording, and the state that was kept last is finite.
// The same on WebGPU: tests/browser/webgpu-not-finite.spec.ts.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../graph/types';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { faults, healthyState, train, type Ending, type Fault, type Leg } from './not-finite-cases';
import { BACKENDS, smallGraph, smallParams } from './testing';

const fused = smallGraph();
const params = smallParams(fused, 5);
const qat = (bits: number) =>
  prepareQat(fused, qconfigById('fbgemm_qat', { weightBits: bits, activationBits: bits }), { fuseAddRelu: bits === 8 });
const FINISHED: Ending = { words: 'finished', keptFinite: true };
const DIVERGED: Ending = {
  words:
    'diverged: Weights, activations or the loss grew beyond all bounds (step N, learning rate 0.01, batch 2). ' +
    'Press Retry with a lower learning rate or, where the batch is small, with a larger one. ' +
    'Training goes on from step N; what was learned up to there is kept.',
  keptFinite: true,
};

/** All that end otherwise, by name. */
async function others(leg: Leg, list: readonly Fault[], wanted: Ending): Promise<Record<string, Ending>> {
  const found: Record<string, Ending> = {};
  for (const fault of list) {
    const ending = await train(leg, fault);
    if (ending.words !== wanted.words || !ending.keptFinite) found[fault.name] = ending;
  }
  return found;
}

/** A pixel beyond a frozen range is clamped, as far beyond as it may be. */
const isClamped = ({ name }: Fault) => /Infinity in image/.test(name);
/** A MinMaxObserver's end that is its neutral element is as one that has seen nothing: the next batch sets it. */
const heals = ({ name }: Fault) =>
  /^(Infinity in range of .*weight, min|-Infinity in range of .*weight, max)/.test(name);
const none = () => false;

const LEGS: [name: string, graph: QatGraph | Graph, frozen: boolean, isHarmless: (fault: Fault) => boolean][] = [
  ['FP32', fused, false, none],
  ['FP32, batch norm frozen', fused, true, none],
  ['QAT at 8 bits', qat(8), false, none],
  ['QAT at 8 bits, all frozen', qat(8), true, isClamped],
  ['QAT at 4 bits', qat(4), false, none],
  ['QAT at 4 bits, all frozen', qat(4), true, isClamped],
  ['observing only', prepareQat(fused, qconfigById('fbgemm'), { fuseAddRelu: false }), false, heals],
];

describe.each(BACKENDS)('on %s', (backend, start) => {
  beforeAll(start);
  // The plain kernels take their time; seven steps over the spots, which come in threes, visit first, middle and last ones.
  const every = backend === 'cpu' ? 7 : 1;

  test.each(LEGS)('%s', async (_, graph, frozen, isHarmless) => {
    const healthy = await healthyState(graph, { params });
    const leg = { graph, healthy, frozen, keepsOften: true };
    const all = [NaN, Infinity, -Infinity].flatMap((value) => faults(healthy, value));
    const some = all.filter((_, i) => i % every === 0);
    expect(some.length).toBeGreaterThan(50);
    expect(
      await others(
        leg,
        some.filter((fault) => !isHarmless(fault)),
        DIVERGED,
      ),
    ).toEqual({});
    expect(await others(leg, all.filter(isHarmless), FINISHED)).toEqual({});
  });

  test('running statistics, which nothing reads while batch norm takes the batch, are found at the end', async () => {
    for (const graph of [fused, qat(8)]) {
      const healthy = await healthyState(graph, { params });
      const leg = { graph, healthy, frozen: false, keepsOften: false };
      const running = faults(healthy, NaN).filter(({ name }) => /running/.test(name));
      expect(running.length).toBe(24);
      expect(await others(leg, running, DIVERGED)).toEqual({});
    }
  });

  test('without a fault the same training finishes', async () => {
    for (const [, graph, frozen] of LEGS) {
      const healthy = await healthyState(graph, { params });
      expect(await train({ graph, healthy, frozen, keepsOften: true }, { name: 'none' })).toEqual(FINISHED);
    }
  });
});
