// A network of which nothing is fused goes the whole way: quantized, trained, converted; its batch norms are layers of integers.
// And a training by PyTorch's fused kernel, whose integers are not what was simulated.
import { beforeAll, describe, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import type { QatGraph } from '../quant/types';
import { trainedBy } from '../train/state';
import { Steering } from '../train/steering';
import { Lab } from './lab';
import { qatStart } from './prepared';
import { FEW_STEPS, train } from './testing';
import { model, normed, source } from './unlike';

const IMAGES = { split: 'test', start: 0, count: 4 } as const;
const NORMS = ['first.bn', 'second.bn'];

beforeAll(setUpWasm);

describe('without fusion', () => {
  test.each(['fbgemm_qat', 'fbgemm', 'lsq'] as const)(
    'trained by %s, its integers are what was simulated',
    async (qconfig) => {
      const lab = new Lab(normed(), source);
      const widths = { weightBits: 4, activationBits: 8, keepEight: 'edges', ranges: 'minmax' } as const;
      const recipe = { ...DEFAULT_RECIPE, ...widths, qconfig, batchNorm: 'apart' } as const;
      const { graph, params } = await qatStart(lab, recipe);
      const state = await train(lab, graph, FEW_STEPS, params);
      for (const name of ['first.bn.weight', 'first.bn.running_mean', 'second.bn.bias'])
        expect(state.params.get(name)!.data).not.toEqual(params.get(name)!.data);
      const trained = trainedBy(graph, state);
      const prepared = graph as QatGraph;
      const { ops } = lab.convert(prepared, state);
      expect(ops.filter(({ op }) => op === 'batchnorm').map(({ name }) => name)).toEqual(NORMS);
      for (const layer of await lab.compareLayers({ graph: prepared, ...trained }, trained.params, IMAGES)) {
        expect(layer.differing / layer.codes).toBeLessThan(0.01);
        expect(layer.largest).toBeLessThanOrEqual(1);
      }
    },
  );

  test('after training, with roundings that are learned, too', async () => {
    const lab = new Lab(normed(), source);
    const options = { fuseAddRelu: true, unfused: true, weightBits: 3 } as const;
    const nearest = await lab.ptq(options);
    expect(nearest.ops.filter(({ op }) => op === 'batchnorm')).toHaveLength(2);
    const learning = { iterations: 30, batch: 16, learningRate: 0.05, penalty: 0.01 };
    const told = { seed: 1, steering: new Steering(0), onProgress: () => {} };
    const learned = await lab.ptq(options, undefined, { options: learning, ...told });
    expect(learned.ops.map(({ name }) => name)).toEqual(nearest.ops.map(({ name }) => name));
    expect(learned.ops).not.toEqual(nearest.ops);
  });
});

test("PyTorch's fused kernel trains one network and converts to another", async () => {
  const lab = new Lab(model, source);
  const differing = async (qconfig: 'fbgemm_qat' | 'fbgemm_fused') => {
    const recipe = { ...DEFAULT_RECIPE, weightBits: 4, qconfig } as const;
    const { graph, params } = await qatStart(lab, recipe);
    const trained = trainedBy(graph, await train(lab, graph, FEW_STEPS, params));
    const layers = await lab.compareLayers({ graph: graph as QatGraph, ...trained }, trained.params, IMAGES);
    const [first] = layers;
    return first.differing / first.codes;
  };
  expect(await differing('fbgemm_qat')).toBeLessThan(0.01);
  // Scales 7.5 / 7 or 7.5 / 8 of each other.
  expect(await differing('fbgemm_fused')).toBeGreaterThan(0.1);
});
