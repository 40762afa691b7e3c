// A network unlike the page's goes the whole way through the laboratory, from training to integers. In Node, without a
// worker.
import { beforeAll, expect, test, vi } from 'vitest';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { setUpWasm } from '../device/wasm/testing';
import { createReferenceEngine } from '../engine/reference';
import { layerCosts, totalCost } from '../graph/cost';
import type { Int8Model } from '../int8/int8-model';
import { prepareQat } from '../quant/prepare';
import { getDefaultQatQConfig } from '../quant/qconfigs';
import { agreement, argmax, predictions } from '../report/accuracy';
import type { TrainOptions } from '../train/types';
import { learnedQuantizers } from '../quant/learned';
import type { QatGraph } from '../quant/types';
import { Lab } from './lab';
import { qatStart } from './prepared';
import { train } from './testing';
import { IMAGES, model, source } from './unlike';

const OPTIONS: TrainOptions = {
  ...{
    kind: 'control',
    steps: 60,
    batch: 16,
    learningRate: 0.02,
    momentum: 0.9,
    weightDecay: 1e-4,
    seed: 1,
    distillation: 0,
    averaging: 0,
    oscillations: 'leave',
    augmentation: 'crops_and_flips',
    reestimateBatchNorm: 0,
    optimizer: 'sgd',
  },
  ...{ schedule: 'constant', validateEvery: 0, validationImages: 0, freezeBnAt: 1, freezeObserversAt: 1 },
};
const VALIDATION = 200;

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
  expect(totalCost(layerCosts(model.graph)).parameters).toBe(
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

  // The same with scales that are learned, the layers at both ends at 8 bits, and the float network as teacher.
  const choices = {
    weightBits: 2,
    activationBits: 2,
    fuseAddRelu: true,
    qconfig: 'lsq',
    keepEight: 'edges',
    ranges: 'mse',
    weightRanges: 'minmax',
    rounding: 'nearest',
    beginAt: 'weights',
    correctBias: false,
    reduceRange: true,
    weightScheme: 'per_channel_symmetric',
    narrowRange: false,
    powerOfTwo: false,
    equalize: false,
    layerBits: '',
  } as const;
  const begun = await qatStart(lab, { ...choices, batchNorm: 'folded' });
  const learning = { kind: 'qat', steps: 150, learningRate: 5e-3, distillation: 0.5 } as const;
  const learned = await train(lab, begun.graph, { ...OPTIONS, ...learning }, begun.params);
  const scales = learnedQuantizers(begun.graph as QatGraph).map(({ name }) => name);
  expect(scales.length).toBeGreaterThan(0);
  for (const name of scales) expect(learned.params.get(name)!.data).not.toEqual(begun.params.get(name)!.data);
  const felt = await lab.evaluate({ graph: begun.graph, trained: learned }, 'validation', VALIDATION);
  const converted = lab.convert(begun.graph as QatGraph, learned);
  expect(differing(await integers(converted), felt.predictions)).toBeLessThanOrEqual(BUDGET);
  expect(felt.accuracy).toBeGreaterThan(broken + 0.1);
});

test('an image given by its bytes is answered as by its place in the split, before training and after', async () => {
  const lab = new Lab(model, source);
  const network = await lab.quantized({ fuseAddRelu: true });
  const trained = await train(lab, lab.fused, { ...OPTIONS, steps: 5 });
  const { predictions: expected } = await lab.evaluate({ graph: lab.fused, trained }, 'test', 6);
  const before = await lab.evaluate({ graph: lab.fused }, 'test', 6);
  for (let i = 0; i < 6; i++) {
    const { pixels } = await source.images('test', i, 1);
    const logits = await lab.logits({ graph: lab.fused }, pixels);
    expect(argmax(logits)).toBe(before.predictions[i]);
    const { float } = (await lab.layerMaps(network, lab.model.params, pixels)).at(-1)!;
    logits.forEach((logit, label) => expect(logit).toBeCloseTo(float[label], 4));
    const after = await lab.logits({ graph: lab.fused, trained }, pixels);
    expect(argmax(after)).toBe(expected[i]);
    expect(after).not.toEqual(logits);
  }
});
