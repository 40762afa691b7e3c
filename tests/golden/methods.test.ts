// Post-training methods against torch.ao.quantization's: _correct_bias and _equalize.
import { describe, expect, it } from 'vitest';
import type { Param } from '../../src/core/params';
import type { Graph, WeightedNode } from '../../src/graph/types';
import { weightInputMeans } from '../../src/quant/input-means';
import { correctedBias } from '../../src/quant/methods/correct-bias';
import { equalize, equalizablePairs } from '../../src/quant/methods/equalize';
import { loadFixture } from './fixture';

describe('correctedBias', () => {
  const fixture = loadFixture<{
    readonly weight_bits: number;
    readonly layers: Readonly<Record<string, { readonly output_scale: number }>>;
  }>('correct_bias');
  const of = (id: string, from: string, h: number, c: number) => ({ id, inputs: [from], out: { h, w: h, c } });
  const conv = (cin: number, cout: number, stride: number) => ({ cin, cout, kernel: 3, stride, pad: 1 });
  const nodes: Record<string, WeightedNode> = {
    first: { ...of('first', 'quant', 8, 6), op: 'conv', conv: conv(3, 6, 1), weight: '', relu: true },
    second: { ...of('second', 'first', 4, 5), op: 'conv', conv: conv(6, 5, 2), weight: '', relu: true },
    fc: { ...of('fc', 'second', 1, 4), op: 'linear', inFeatures: 80, outFeatures: 4, weight: '', bias: '' },
  };
  const inputs = { first: { h: 8, w: 8, c: 3 }, second: { h: 8, w: 8, c: 6 }, fc: { h: 1, w: 1, c: 80 } };

  it.each(['first', 'second', 'fc'] as const)('%s', (id) => {
    const codes = fixture.i8(`weight_codes.${id}`);
    const scales = fixture.f32(`weight_scales.${id}`);
    const bias = fixture.f32(`bias_before.${id}`);
    const means = weightInputMeans(nodes[id], Float64Array.from(fixture.f32(`input_mean.${id}`)), inputs[id]);
    const q = { scales, zeroPoints: new Int32Array(scales.length), qmin: -4, qmax: 3 };
    const weight = { shape: fixture.shape(`weight.${id}`), data: fixture.f32(`weight.${id}`) };
    const corrected = correctedBias({ weight, bias }, codes, q, means);

    const exact = fixture.array(`exact.${id}`, 'float64');
    const torch = fixture.f32(`bias.${id}`);
    const step = fixture.values.layers[id].output_scale;
    corrected.forEach((value, c) => {
      expect(value).toBeCloseTo(exact[c], 6);
      // PyTorch takes the mean of outputs that were rounded and saturate; the corrections are of a step and more.
      expect(Math.abs(value - torch[c])).toBeLessThan(0.03 * step);
    });
    expect(Math.max(...torch.map((value, c) => Math.abs(value - bias[c])))).toBeGreaterThan(step);
  });
});

describe('equalize', () => {
  const fixture = loadFixture('equalize');
  const out = { h: 1, w: 1, c: 0 };
  const conv = (id: string, from: string, cin: number, cout: number, kernel: number): Graph['nodes'][number] => ({
    ...{ id, op: 'conv', inputs: [from], out: { ...out, c: cout }, relu: true },
    ...{ conv: { cin, cout, kernel, stride: 1, pad: 0 }, weight: `weight.${id}`, bias: `bias.${id}` },
  });
  const graph: Graph = {
    name: 'in a row',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out: { ...out, c: 3 } },
      conv('0', 'input', 3, 6, 3),
      conv('2', '0', 6, 4, 1),
      conv('4', '2', 4, 5, 3),
    ],
  };
  const state = (when: 'before' | 'after') =>
    new Map<string, Param>(
      fixture.names
        .filter((name) => name.startsWith(when))
        .map((name) => [name.slice(when.length + 1), { shape: fixture.shape(name), data: fixture.f32(name) }]),
    );

  it('changes the weights and biases of three layers in a row as PyTorch does, until it converges', () => {
    expect(equalizablePairs(graph)).toEqual([
      ['0', '2'],
      ['2', '4'],
    ]);
    const before = state('before');
    const equalized = equalize(graph, before);
    for (const [name, { shape, data }] of state('after')) {
      const found = equalized.get(name)!;
      expect(found.shape).toEqual(shape);
      found.data.forEach((value, i) => expect(Math.abs(value - data[i]), name).toBeLessThan(2e-6 * (1 + Math.abs(data[i]))));
    }
    expect(before).toEqual(state('before'));
  });
});
