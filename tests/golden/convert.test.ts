// Conversion against PyTorch's: folded biases, weight scales and codes, activation qparams, layer by layer.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Param } from '../../src/core/params';
import type { ObservedRange } from '../../src/core/qparams';
import { inferenceWeights } from '../../src/graph/fold';
import { fuse } from '../../src/graph/fuse';
import { nodeById } from '../../src/graph/graph';
import { resnet18 } from '../../src/graph/resnet18';
import type { WeightedNode } from '../../src/graph/types';
import { quantizeWeight } from '../../src/quant/fake-quant';
import { minMax, nextRange } from '../../src/quant/observers';
import { prepareQat } from '../../src/quant/prepare';
import { channelQParams } from '../../src/quant/qparams';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import type { RangeSpec } from '../../src/quant/types';
import { loadFixture } from './fixture';
import { floatGraphOf, PTQ_TOPICS, QAT_TOPICS, loadConverted } from './converted';

const { graph } = fuse(resnet18());

describe('convert of trained layers', () => {
  const fixture = loadFixture<{ layers: Record<string, { scales_moved_at_convert: number }> }>('convert');
  const params = new Map<string, Param>(
    fixture.names
      .filter((name) => name.startsWith('state.'))
      .map((name) => [name.slice('state.'.length), { shape: fixture.shape(name), data: fixture.f32(name) }]),
  );
  const spec = getDefaultQatQConfig('fbgemm').weight as RangeSpec;

  it.each(Object.entries(fixture.values.layers))('%s', (id, { scales_moved_at_convert }) => {
    const node = nodeById(graph, id);
    const { weight, bias } = inferenceWeights(node as WeightedNode, params);
    expect(bias).toEqual(fixture.f32(`bias.${id}`));

    const cout = weight.shape[0];
    const before = fixture.f32(`range_before.${id}`);
    const known: ObservedRange = { min: before.subarray(0, cout), max: before.subarray(cout) };
    const scalesBefore = channelQParams(known, spec).scales;
    expect(scalesBefore).toEqual(fixture.f32(`scales_before.${id}`));

    const q = channelQParams(nextRange(known, minMax(weight.data, cout), spec), spec);
    expect(q.scales).toEqual(fixture.f32(`scales.${id}`));
    expect(q.scales.filter((scale, c) => scale !== scalesBefore[c])).toHaveLength(scales_moved_at_convert);

    // The fixture has codes [cout][ky][kx][cin]; ours are still OIHW here.
    const [, ky = 1, kx = 1, cin = 1] = node.op === 'linear' ? [] : fixture.shape(`codes.${id}`);
    const codes = fixture.i8(`codes.${id}`);
    const taps = ky * kx;
    const oihw = codes.map((_, i) => {
      if (node.op === 'linear') return codes[i];
      const [o, rest] = [Math.floor(i / (cin * taps)), i % (cin * taps)];
      return codes[(o * taps + (rest % taps)) * cin + Math.floor(rest / taps)];
    });
    expect(quantizeWeight(weight.data, q)).toEqual(oihw);
  });
});

describe.each([...PTQ_TOPICS, ...QAT_TOPICS])('conversion of the network, %s', (topic) => {
  const { fixture, model } = loadConverted(topic);
  const { layers } = fixture.values;

  it("observes exactly the tensors that PyTorch's prepared network observes", () => {
    const { made, observed } = fixture.values;
    const { quant } = prepareQat(floatGraphOf(fixture.values), getDefaultQatQConfig('fbgemm'), { fuseAddRelu: made.add_relu });
    expect(Object.keys(quant).sort()).toEqual(Object.keys(observed).sort());
  });

  it('has the same operations, in the same order, with the same qparams', () => {
    const [image, ...rest] = layers;
    expect(model.tensors[0].q).toMatchObject({ scale: image.scale, zeroPoint: image.zero_point });
    expect(model.ops.map((op) => op.name)).toEqual(rest.map(({ name }) => name));
    const nameOf = (tensor: number) => model.ops.find(({ output }) => output === tensor)?.name ?? 'quant';
    model.ops.forEach((op, i) => {
      const { relu, kernel, stride, pad, inputs, op: kind } = rest[i];
      const attributes = Object.entries({ op: kind, relu, kernel, stride, pad }).filter(([, v]) => v !== undefined);
      expect(op, op.name).toMatchObject(Object.fromEntries(attributes));
      expect(op.inputs.map(nameOf), op.name).toEqual(inputs);
      const { scale, zeroPoint } = model.tensors[op.output].q;
      expect({ scale, zeroPoint }, op.name).toEqual({ scale: rest[i].scale, zeroPoint: rest[i].zero_point });
    });
  });

  it('has the same weight codes, weight scales and biases', () => {
    const weighted = model.ops.filter((op) => 'weights' in op);
    expect(weighted).toHaveLength(21);
    for (const op of weighted) {
      const sha256 = createHash('sha256').update(op.weights).digest('hex');
      expect(sha256, op.name).toBe(layers.find(({ name }) => name === op.name)!.weights_sha256);
      expect(op.weightScales, op.name).toEqual(fixture.f32(`weight_scales.${op.name}`));
      expect(op.bias, op.name).toEqual(fixture.f32(`bias.${op.name}`));
    }
  });
});
