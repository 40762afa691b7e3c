// A network as unlike the page's as the operations allow goes the whole way through the laboratory, from training to
// integers: 12 x 20 grey images, three classes, convolutions with bias and without batch norm, no skip. In Node, without
// a worker. Nothing may know ResNet18 or CIFAR-10.
import { beforeAll, expect, test, vi } from 'vitest';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import { elements, type Param } from '../core/params';
import { Rng } from '../core/rng';
import type { ImageSource } from '../data/source';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import { layerCosts, totalCost } from '../graph/cost';
import type { Graph } from '../graph/types';
import type { Int8Model } from '../int8/int8-model';
import type { ModelSpec } from '../model/model-spec';
import { prepareQat } from '../quant/prepare';
import { getDefaultQatQConfig } from '../quant/qconfigs';
import { agreement, predictions } from '../report/accuracy';
import { freshCheckpoint } from '../train/checkpoint';
import type { TrainState } from '../train/state';
import { noise } from '../train/testing';
import { TrainControl } from '../train/train-control';
import type { TrainOptions } from '../train/types';
import { Lab } from './lab';

const IMAGES: ImageSpec = { h: 12, w: 20, c: 1, mean: [0.4], std: [0.25], classes: ['upright', 'level', 'slanting'] };
/** Stripes of one of three directions, anywhere, under noise. */
const source: ImageSource = {
  spec: IMAGES,
  block: 50,
  size: (split) => (split === 'train' ? 400 : 200),
  async images(split, start, count) {
    const bytes = bytesPerImage(IMAGES);
    const labels = new Uint8Array(count);
    const pixels = new Uint8Array(count * bytes);
    for (let i = 0; i < count; i++) {
      const rng = new Rng((split === 'train' ? 0 : 7919) + start + i);
      labels[i] = rng.below(3);
      const phase = rng.below(4);
      for (let p = 0; p < bytes; p++) {
        const [x, y] = [p % IMAGES.w, Math.floor(p / IMAGES.w)];
        const bright = ([x, y, x + y][labels[i]] + phase) % 4 < 2;
        pixels[i * bytes + p] = rng.below(140) + (bright ? 100 : 0);
      }
    }
    return { labels, pixels };
  },
};

const plain = (
  id: string,
  from: string,
  size: { h: number; w: number },
  cin: number,
  cout: number,
  stride: number,
) => ({
  ...({ id, op: 'conv', inputs: [from], out: { ...size, c: cout }, relu: false } as const),
  ...{ conv: { cin, cout, kernel: 3, stride, pad: 1 }, weight: `${id}.weight`, bias: `${id}.bias` },
});
const [full, half, quarter] = [
  { h: 12, w: 20 },
  { h: 6, w: 10 },
  { h: 3, w: 5 },
];
const graph: Graph = {
  name: 'unlike',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { ...full, c: 1 } },
    plain('first', 'input', full, 1, 6, 1),
    { id: 'first.relu', op: 'relu', inputs: ['first'], out: { ...full, c: 6 } },
    { id: 'pool', op: 'maxpool', inputs: ['first.relu'], out: { ...half, c: 6 }, kernel: 2, stride: 2, pad: 0 },
    plain('second', 'pool', quarter, 6, 10, 2),
    { id: 'second.relu', op: 'relu', inputs: ['second'], out: { ...quarter, c: 10 } },
    { id: 'average', op: 'avgpool', inputs: ['second.relu'], out: { h: 1, w: 1, c: 10 } },
    { id: 'flatten', op: 'flatten', inputs: ['average'], out: { h: 1, w: 1, c: 10 } },
    {
      ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: { h: 1, w: 1, c: 3 } },
      ...{ inFeatures: 10, outFeatures: 3, weight: 'fc.weight', bias: 'fc.bias' },
    },
  ],
};
const param = (shape: number[], seed: number, gain: number): Param => ({
  shape,
  data: noise(elements(shape), seed).map((v) => v * gain),
});
const model: ModelSpec = {
  graph,
  images: IMAGES,
  params: new Map([
    ['first.weight', param([6, 1, 3, 3], 1, 0.4)],
    ['first.bias', param([6], 2, 0.1)],
    ['second.weight', param([10, 6, 3, 3], 3, 0.2)],
    ['second.bias', param([10], 4, 0.1)],
    ['fc.weight', param([3, 10], 5, 0.3)],
    ['fc.bias', param([3], 6, 0.1)],
  ]),
};

const OPTIONS: TrainOptions = {
  ...{ kind: 'control', steps: 60, batch: 16, learningRate: 0.02, momentum: 0.9, weightDecay: 1e-4, seed: 1 },
  ...{ validateEvery: 0, validationImages: 0, freezeBnAt: 1, freezeObserversAt: 1 },
};
const VALIDATION = 200;

/** Trains a graph of a laboratory. @returns the state at the end */
async function train(lab: Lab, graph: Graph, options: TrainOptions): Promise<TrainState> {
  let kept = freshCheckpoint(lab.model.params);
  await lab.train({
    ...{ graph, start: () => kept, options, control: new TrainControl(options.learningRate) },
    keep: async (checkpoint) => {
      kept = checkpoint;
      return { type: 'saved', step: checkpoint.state.step };
    },
    onEvent: () => {},
  });
  return kept.state;
}

/** What the integer network makes of the validation images. */
async function integers(model: Int8Model): Promise<Uint8Array> {
  const { pixels } = await source.images('validation', 0, VALIDATION);
  const codes = createReferenceEngine(model).run(imageCodes(pixels, VALIDATION, model, IMAGES), VALIDATION);
  return predictions(dequantizeOutput(codes, model), IMAGES.classes.length);
}

/** Codes at a tie, and sums in another order, may turn an image or two: see docs/numerics.md. */
const BUDGET = VALIDATION * 0.02;
const differing = (a: Uint8Array, b: Uint8Array) => a.filter((label, i) => label !== b[i]).length;

beforeAll(setUpWasm);

test('fused and proved equal, trained, calibrated, trained with quantization, converted, run as integers', async () => {
  const pretraining = new Lab(model, source);
  expect(totalCost(layerCosts(graph)).parameters).toBe(
    [...model.params.values()].reduce((total, { data }) => total + data.length, 0),
  );
  expect(pretraining.fusions.map(({ kind }) => kind)).toEqual(['ConvReLU2d', 'ConvReLU2d']);
  expect(await pretraining.verify(3, VALIDATION)).toMatchObject({ passed: true });
  const { params } = await train(pretraining, pretraining.fused, OPTIONS);

  const lab = new Lab({ ...model, params }, source);
  const fp32 = await lab.evaluate({ graph: lab.fused }, 'validation', VALIDATION);
  expect(fp32.accuracy).toBeGreaterThan(0.9);

  const asked = vi.spyOn(source, 'images');
  const eight = await lab.ptq({ fuseAddRelu: true });
  expect(differing(await integers(eight), fp32.predictions)).toBeLessThanOrEqual(VALIDATION * 0.1);
  // What one calibration saw serves every bit width.
  asked.mockClear();
  const two = await lab.ptq({ weightBits: 2, activationBits: 2, fuseAddRelu: true });
  expect(asked).not.toHaveBeenCalled();
  expect(two.tensors[0].q.qmax).toBe(3);
  const broken = agreement(await integers(two), (await source.images('validation', 0, VALIDATION)).labels);
  expect(broken).toBeLessThan(fp32.accuracy - 0.1);

  const qat = prepareQat(lab.fused, getDefaultQatQConfig('fbgemm', { weightBits: 2, activationBits: 2 }), {
    fuseAddRelu: true,
  });
  const trained = await train(lab, qat, { ...OPTIONS, kind: 'qat', steps: 150, learningRate: 5e-3 });
  const simulated = await lab.evaluate({ graph: qat, trained }, 'validation', VALIDATION);
  const predicted = await integers(lab.convert(qat, trained));
  expect(differing(predicted, simulated.predictions)).toBeLessThanOrEqual(BUDGET);
  expect(simulated.accuracy).toBeGreaterThan(broken + 0.1);
});
