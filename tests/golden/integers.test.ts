// The plain integer engine against PyTorch's converted network: every code of every layer, no tolerance.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { describe, expect, it } from 'vitest';
import { dequantizeOutput, imageCodes } from '../../src/convert/image';
import type { Int8Model } from '../../src/int8/int8-model';
import { createReferenceEngine } from '../../src/engine/reference';
import { predictions } from '../../src/report/accuracy';
import { HISTOGRAM_TOPIC, PTQ_TOPICS, QAT_TOPICS, loadConverted, type ConvertedValues } from './converted';
import type { Fixture } from './fixture';
import { testPixels } from './network';

/** Of the fixtures' 256: the plain engine takes its time. */
const PREDICTED = 8;
const pixels = testPixels(PREDICTED);
const IMAGE_BYTES = 32 * 32 * 3;
const CLASSES = 10;

describe.each([...PTQ_TOPICS, HISTOGRAM_TOPIC, ...QAT_TOPICS] as const)('%s', (topic) => {
  const { fixture, model } = loadConverted(topic);

  it('every layer has the same integers', () => {
    expect(compareLayers(fixture, model, 'codes').wrong).toEqual([]);
  });

  it('the same logits and predictions', () => {
    const codes = createReferenceEngine(model).run(imageCodes(pixels, PREDICTED, model, CIFAR10), PREDICTED);
    const traced = fixture.values.images.traced * CLASSES;
    expect(dequantizeOutput(codes.slice(0, traced), model)).toEqual(fixture.f32('logits'));
    expect([...predictions(codes, CLASSES)]).toEqual(fixture.values.predictions.slice(0, PREDICTED));
  });
});

it("PyTorch's engines but fbgemm are within one code of the same inputs, which fbgemm's formulas equal", () => {
  const { engines } = loadConverted('int8_ptq_qnnpack').fixture.values;
  expect(Object.keys(engines!)).toEqual(['x86', 'qnnpack']);
  for (const { largest, share } of Object.values(engines!)) {
    expect(largest).toBeLessThanOrEqual(1);
    expect(share).toBeLessThan(1e-3);
  }
});

describe.each(QAT_TOPICS)("%s, saturating at the qconfig's 127", (topic) => {
  const { fixture, model } = loadConverted(topic, 'qconfig');

  it('every layer has the integers of the simulated clamp', () => {
    expect(compareLayers(fixture, model, 'codes_at_127')).toEqual({ wrong: [], largest: 127 });
  });

  it('the same predictions', () => {
    const codes = createReferenceEngine(model).run(imageCodes(pixels, PREDICTED, model, CIFAR10), PREDICTED);
    expect([...predictions(codes, CLASSES)]).toEqual(fixture.values.predictions_at_127!.slice(0, PREDICTED));
  });
});

/** Compares every code of the traced images. Returns where codes differ and the largest code of any layer. */
function compareLayers(
  fixture: Fixture<ConvertedValues>,
  model: Int8Model,
  prefix: string,
): { wrong: { name: string; image: number; codes: number }[]; largest: number } {
  const engine = createReferenceEngine(model);
  const { traced } = fixture.values.images;
  expect(traced).toBeGreaterThan(0);
  const images = imageCodes(pixels.subarray(0, traced * IMAGE_BYTES), traced, model, CIFAR10);
  const wrong: { name: string; image: number; codes: number }[] = [];
  let largest = 0;
  const compare = (name: string, image: number, codes: Uint8Array): void => {
    const expected = fixture.u8(`${prefix}.${name}`);
    if (expected.length !== traced * codes.length) throw new Error(`${name} has ${codes.length} codes`);
    const different = codes.filter((code, i) => code !== expected[image * codes.length + i]).length;
    if (different > 0) wrong.push({ name, image, codes: different });
    largest = codes.reduce((most, code) => Math.max(most, code), largest);
  };
  for (let image = 0; image < traced; image++) {
    const codes = images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
    compare('quant', image, codes);
    engine.trace(codes).forEach((output, i) => compare(model.ops[i].name, image, output));
  }
  return { wrong, largest };
}
