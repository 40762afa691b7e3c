// Networks trained by every qconfig with every scheme that converts: their integers are what was simulated, layer by layer.
import { beforeAll, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import type { QatGraph } from '../quant/types';
import { DEFAULT_RECIPE, type Recipe } from '../recipe/recipe';
import { trainedBy } from '../train/state';
import { Lab } from './lab';
import { qatStart } from './prepared';
import { FEW_STEPS, train } from './testing';
import { model, source } from './unlike';

const PER_TENSOR = { reduceRange: false, weightScheme: 'per_tensor_symmetric' } as const;
const SCHEMES: readonly [string, Partial<Recipe>][] = [
  ['qnnpack', PER_TENSOR],
  ['narrow powers of two', { narrowRange: true, powerOfTwo: true }],
  [
    'all of it, with layers of their own',
    { ...PER_TENSOR, narrowRange: true, powerOfTwo: true, layerBits: 'first=8/8' },
  ],
];

beforeAll(setUpWasm);

/** What is done to codes that oscillate, by qconfig. */
const OSCILLATIONS = { fbgemm_qat: 'freeze', fbgemm: 'leave', lsq: 'damp' } as const;

test.each(
  (['fbgemm_qat', 'fbgemm', 'lsq'] as const).flatMap((qconfig) =>
    SCHEMES.map(([name, scheme]) => [qconfig, name, scheme] as const),
  ),
)('%s, %s', async (qconfig, _, scheme) => {
  const lab = new Lab(model, source);
  for (const bits of [8, 4]) {
    const widths = { weightBits: bits, activationBits: bits, keepEight: 'edges', ranges: 'minmax' } as const;
    const { graph, params } = await qatStart(lab, { ...DEFAULT_RECIPE, ...widths, qconfig, ...scheme });
    const options = { ...FEW_STEPS, oscillations: OSCILLATIONS[qconfig] };
    const trained = trainedBy(graph, await train(lab, graph, options, params));
    for (const { q } of trained.quantizers.weights.values()) {
      if (scheme.weightScheme) expect(new Set(q.scales).size).toBe(1);
      if (scheme.powerOfTwo) expect(q.scales.every((scale) => Number.isInteger(Math.log2(scale)))).toBe(true);
      expect(q.qmin === -q.qmax).toBe(scheme.narrowRange === true);
    }
    const range = { split: 'test', start: 0, count: 4 } as const;
    const network = { graph: graph as QatGraph, ...trained };
    for (const { codes, differing, largest } of await lab.compareLayers(network, trained.params, range)) {
      expect(differing / codes).toBeLessThan(0.01);
      expect(largest).toBeLessThanOrEqual(1);
    }
  }
});
