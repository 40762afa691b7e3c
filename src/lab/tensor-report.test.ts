// Reports of tensors, against the codes that conversion makes and the activations that a float network has.
import { beforeAll, expect, test } from 'vitest';
import { convert } from '../convert/convert';
import { setUpWasm } from '../device/wasm/testing';
import { normalizeImages } from '../data/normalize';
import { fakeQuantize } from '../quant/fake-quant';
import { ptq } from '../quant/methods/ptq';
import { FloatModel } from '../train/float-model';
import { outputsOf } from '../train/outputs';
import { Lab } from './lab';
import { tensorReports } from './tensor-report';
import { IMAGES, model, source } from './unlike';

beforeAll(setUpWasm);

test('codes of weights are those that conversion makes', async () => {
  const calibration = await new Lab(model, source).calibrate({ fuseAddRelu: true });
  const options = { weightBits: 5, activationBits: 4, rounding: 'flipped', ranges: { weights: 'mse' } } as const;
  const { graph, quantizers } = ptq(calibration, options);
  const weighted = convert(graph, calibration.params, quantizers).ops.flatMap((op) => ('weights' in op ? [op] : []));
  const reports = tensorReports(calibration, options);
  const withWeights = reports.filter(({ weight }) => weight);
  expect(withWeights.map(({ name }) => name)).toEqual(weighted.map(({ name }) => name));
  withWeights.forEach(({ weight }, i) => {
    const { weights, bias } = weighted[i];
    const size = weights.length / bias.length;
    const used = Array.from(bias, (_, c) => new Set(weights.subarray(c * size, (c + 1) * size)).size);
    expect(weight!.codes).toBe(32 * bias.length);
    expect(weight!.unused).toBe(weight!.codes - used.reduce((sum, n) => sum + n));
  });
});

test('errors of activations are those of the values that were calibrated', async () => {
  const lab = new Lab(model, source);
  const calibration = await lab.calibrate({ fuseAddRelu: true });
  const options = { weightBits: 8, activationBits: 4, ranges: { activations: 'mse' } } as const;
  const { quantizers } = ptq(calibration, options);
  const { pixels } = await source.images('validation', 0, 200);
  const float = new FloatModel(calibration.graph, calibration.params);
  const reports = new Map(tensorReports(calibration, options).map((report) => [report.name, report.activation]));
  // An average has its input's codes, and was not calibrated.
  const ids = new Set([...reports].flatMap(([id, activation]) => (activation ? [id] : [])));
  expect(ids.size).toBe(calibration.histograms.size);
  for await (const [id, values] of outputsOf(float, normalizeImages(pixels, IMAGES), ids)) {
    const exact = fakeQuantize(values, quantizers.activations.get(id)!);
    const error = values.reduce((sum, x, i) => sum + (x - exact[i]) ** 2, 0) / values.length;
    const { rounding, clipping, codes, unused, clippedShare } = reports.get(id)!;
    // Values count as evenly spread within their bins, of which a step has many.
    expect(Math.abs(rounding + clipping - error) / error).toBeLessThan(0.1);
    expect(codes).toBe(16);
    expect(unused).toBeLessThan(16);
    expect(clippedShare).toBeLessThan(0.2);
  }
  float.dispose();
});
