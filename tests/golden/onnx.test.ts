// The exported networks in ONNX Runtime: float32 against PyTorch's logits, int8 against the reference engine.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { describe, expect, it } from 'vitest';
import { imageCodes } from '../../src/convert/image';
import type { Int8Model } from '../../src/int8/int8-model';
import { normalizeImages } from '../../src/data/normalize';
import { createReferenceEngine } from '../../src/engine/reference';
import { floatToOnnx } from '../../src/export/onnx-float';
import { int8ToQdq } from '../../src/export/onnx-qdq';
import { int8ToQLinear } from '../../src/export/onnx-qlinear';
import { runOnnx, toNchw } from '../../src/export/testing';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import { dequantize } from '../../src/quant/fake-quant';
import { agreement, predictions } from '../../src/report/accuracy';
import { loadConverted } from './converted';
import { loadFixture } from './fixture';
import { loadCheckpoint, testPixels } from './network';

const IMAGE = { h: 32, w: 32, c: 3 };
const CLASSES = 10;

describe('float32', () => {
  const fixture = loadFixture<{ images: { logits: number }; predictions: number[] }>('fp32');
  const { logits: images } = fixture.values.images;

  it("gives PyTorch's logits", async () => {
    const file = floatToOnnx(fuse(resnet18()).graph, loadCheckpoint().params);
    const ours = await runOnnx(file, normalizeImages(testPixels(images), CIFAR10), images, IMAGE);
    const expected = fixture.f32('logits');
    expect(expected).toHaveLength(images * CLASSES);
    const differences = expected.map((value, i) => Math.abs(value - ours[i]));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
    expect([...predictions(ours, CLASSES)]).toEqual(fixture.values.predictions.slice(0, images));
  });
});

describe.each([
  ['int8_ptq_minmax_add', 'QLinear operators', int8ToQLinear],
  ['int8_ptq_minmax_add_relu', 'QDQ', int8ToQdq],
] as const)('int8, %s as %s', (topic, _, toOnnx) => {
  const { fixture, model } = loadConverted(topic);

  it('gives the codes of the reference engine, layer by layer, but for an int32 bias', async () => {
    const values = createReferenceEngine(model).trace(imageCodes(testPixels(1), 1, model, CIFAR10));
    const codesOf = (tensor: number) => (tensor === 0 ? imageCodes(testPixels(1), 1, model, CIFAR10) : values[tensor - 1]);
    for (const op of model.ops.filter(({ op }) => op !== 'add')) {
      const [input, output] = [model.tensors[op.inputs[0]], model.tensors[op.output]];
      const alone: Int8Model = { ...model, tensors: [input, output], ops: [{ ...op, inputs: [0], output: 1 }] };
      const real = await runOnnx(toOnnx(alone), dequantize(codesOf(op.inputs[0]), input.q), 1, input);
      const theirs = real.map((value) => Math.round(value / output.q.scale) + output.q.zeroPoint);
      const ours = toNchw(Float32Array.from(codesOf(op.output)), 1, output);
      expect(theirs.length, op.name).toBe(ours.length);
      const differences = ours.map((code, i) => Math.abs(code - theirs[i])).filter((off) => off !== 0);
      expect(Math.max(0, ...differences), op.name).toBeLessThanOrEqual(1);
      expect(differences.length, op.name).toBeLessThanOrEqual(Math.max(1, ours.length / 200));
    }
  });

  it("predicts PyTorch's classes, but where two logits nearly tie", async () => {
    const images = 100;
    const logits = await runOnnx(toOnnx(model), normalizeImages(testPixels(images), CIFAR10), images, IMAGE);
    const expected = fixture.values.predictions.slice(0, images);
    expect(agreement(predictions(logits, CLASSES), expected)).toBeGreaterThan(0.95);
  });
});
