// The plain integer engine against PyTorch's converted network: every code of every layer, no tolerance.
import { describe, expect, it } from 'vitest';
import { dequantizeOutput, imageCodes } from '../../src/convert/image';
import { createReferenceEngine } from '../../src/engine/reference';
import { predictions } from '../../src/report/accuracy';
import { HISTOGRAM_TOPIC, PTQ_TOPICS, QAT_TOPICS, loadConverted, type ConvertedTopic } from './converted';
import { testPixels } from './network';

/** Of the fixtures' 256: the plain engine takes its time. */
const PREDICTED = 32;
const pixels = testPixels(PREDICTED);
const IMAGE_BYTES = 32 * 32 * 3;

/** Compares all layers of the traced images; returns the largest code seen. */
function compareLayers(topic: ConvertedTopic, saturateAt: 'quint8' | 'qconfig', prefix: string): number {
  const { fixture, model } = loadConverted(topic, saturateAt);
  const engine = createReferenceEngine(model);
  const { traced } = fixture.values.images;
  const images = imageCodes(pixels.subarray(0, traced * IMAGE_BYTES), traced, model);
  expect(images).toEqual(fixture.u8(`${prefix}.quant`));
  let largest = 0;
  for (let image = 0; image < traced; image++) {
    const outputs = engine.trace(images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES));
    model.ops.forEach((op, i) => {
      const size = outputs[i].length;
      const expected = fixture.u8(`${prefix}.${op.name}`).subarray(image * size, (image + 1) * size);
      const wrong = outputs[i].reduce((count, code, at) => count + Number(code !== expected[at]), 0);
      expect({ wrong, size: expected.length }, `${op.name}, image ${image}`).toEqual({ wrong: 0, size });
      for (const code of outputs[i]) largest = Math.max(largest, code);
    });
  }
  return largest;
}

describe.each([...PTQ_TOPICS, HISTOGRAM_TOPIC, ...QAT_TOPICS] as const)('%s', (topic) => {
  it('every layer has the same integers', () => {
    compareLayers(topic, 'quint8', 'codes');
  });

  it('the same logits and predictions', () => {
    const { fixture, model } = loadConverted(topic);
    const codes = createReferenceEngine(model).run(imageCodes(pixels, PREDICTED, model), PREDICTED);
    const { traced } = fixture.values.images;
    expect(dequantizeOutput(codes.slice(0, traced * 10), model)).toEqual(fixture.f32('logits'));
    expect([...predictions(codes, 10)]).toEqual(fixture.values.predictions.slice(0, PREDICTED));
  });
});

describe.each(QAT_TOPICS)("%s, saturating at the qconfig's 127", (topic) => {
  it('every layer has the integers of the simulated clamp', () => {
    expect(compareLayers(topic, 'qconfig', 'codes_at_127')).toBe(127);
  });

  it('the same predictions', () => {
    const { fixture, model } = loadConverted(topic, 'qconfig');
    const codes = createReferenceEngine(model).run(imageCodes(pixels, PREDICTED, model), PREDICTED);
    expect([...predictions(codes, 10)]).toEqual(fixture.values.predictions_at_127!.slice(0, PREDICTED));
  });
});
