// The simulated network on WebGPU against the integers it stands for, layer by layer: how many codes may differ, and by
// how much (docs/numerics.md says why any do).
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { expect, test } from '@playwright/test';
import { convert } from '../../src/convert/convert';
import { imageCodes } from '../../src/convert/image';
import type { ObservedRange } from '../../src/core/qparams';
import { createReferenceEngine } from '../../src/engine/reference';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { freeze } from '../../src/quant/freeze';
import { observeWeights } from '../../src/quant/observe-weights';
import { prepareQat } from '../../src/quant/prepare';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import type { ConvertedValues } from '../golden/converted';
import { loadFixture } from '../golden/fixture';
import { loadCheckpoint, testPixels } from '../golden/network';
import { noteComplaints } from '../complaints';

const IMAGES = 8;
const IMAGE_BYTES = 32 * 32 * 3;
/** Of one layer: the share of codes that may differ from the integers, and by how many steps (LSB) each. */
const BUDGET = { share: 1e-3, steps: 1 };

/** The integers' ranges are those PyTorch observed on the committed weights. */
function simulated(fuseAddRelu: boolean) {
  const { values } = loadFixture<ConvertedValues>(fuseAddRelu ? 'int8_ptq_minmax_add_relu' : 'int8_ptq_minmax_add');
  const graph = prepareQat(fuse(resnet18()).graph, getDefaultQatQConfig('fbgemm'), { fuseAddRelu });
  const activations = Object.entries(values.observed).map(([id, { min, max }]): [string, ObservedRange] => [
    id,
    { min: Float32Array.of(min), max: Float32Array.of(max) },
  ]);
  const { params } = loadCheckpoint();
  const quantizers = freeze(graph, observeWeights(graph, params, new Map(activations)));
  return { graph, quantizers, model: convert(graph, params, quantizers, { saturateAt: 'qconfig' }) };
}

for (const fuseAddRelu of [true, false]) {
  test(`codes of every layer, ${fuseAddRelu ? 'add_relu' : 'add'}`, async ({ page }) => {
    const complaints: string[] = [];
    noteComplaints(page, complaints, ['error', 'warning']);
    await page.goto('/tests/browser/blank.html');

    const { graph, quantizers, model } = simulated(fuseAddRelu);
    const pixels = testPixels(IMAGES);
    const task = {
      graph,
      pixels: [...pixels],
      activations: [...quantizers.activations],
      weights: Array.from(quantizers.weights, ([id, { q }]) => ({
        ...{ id, qmin: q.qmin, qmax: q.qmax },
        ...{ scales: [...q.scales], zeroPoints: [...q.zeroPoints] },
      })),
    };
    const outputs = await page.evaluate(async (task) => {
      const page: typeof import('./webgpu-simulation') = await import(
        '/tests/browser/webgpu-simulation.ts' as './webgpu-simulation'
      );
      return page.simulate(task);
    }, task);
    expect(complaints).toEqual([]);

    const engine = createReferenceEngine(model);
    const images = imageCodes(pixels, IMAGES, model, CIFAR10);
    const traces = Array.from({ length: IMAGES }, (_, i) => {
      const codes = images.slice(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
      return [codes, ...engine.trace(codes)];
    });
    const layers = ['quant', ...model.ops.map(({ name }) => name)];
    const found = layers.map((name, layer) => {
      const { scale, zeroPoint } = model.tensors[layer === 0 ? 0 : model.ops[layer - 1].output].q;
      const integers = traces.flatMap((trace) => [...trace[layer]]);
      const distances = outputs[name].map((value, i) => Math.abs(Math.round(value / scale) + zeroPoint - integers[i]));
      expect(distances.length, name).toBe(integers.length);
      const differing = distances.filter((distance) => distance !== 0);
      return { name, share: differing.length / distances.length, most: Math.max(0, ...differing) };
    });
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter(({ share, most }) => !(share <= BUDGET.share && most <= BUDGET.steps))).toEqual([]);
  });
}
