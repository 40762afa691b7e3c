import { describe, expect, it } from 'vitest';
import { fuse } from '../graph/fuse';
import { resnet18 } from '../graph/resnet18';
import { freeze } from './freeze';
import { forChannels, rangeCount, wholeRange } from './granularity';
import { initialQParams, learnedQuantizers } from './learned';
import { minMax } from './observers';
import { prepareQat, weightKey } from './prepare';
import { getDefaultQConfig, getLearnableQConfig, type WeightScheme } from './qconfigs';
import { channelQParams } from './qparams';

const fused = fuse(resnet18()).graph;
const SCHEMES: readonly WeightScheme[] = [
  'per_channel_symmetric',
  'per_tensor_symmetric',
  'per_channel_affine',
  'per_tensor_affine',
];

describe('one range for all channels', () => {
  it('is what an observer of the whole tensor sees; NaN wins', () => {
    const x = Float32Array.of(1, -2, 0.5, 7, 3, -1);
    for (const channels of [1, 2, 3, 6]) expect(wholeRange(minMax(x, channels))).toEqual(minMax(x, 1));
    x[4] = NaN;
    expect(wholeRange(minMax(x, 3))).toEqual({ min: Float32Array.of(NaN), max: Float32Array.of(NaN) });
  });

  it('gives each channel the same scale and zero point; of each channel they stay', () => {
    const one = { scales: Float32Array.of(0.5), zeroPoints: Int32Array.of(3), qmin: -8, qmax: 7 };
    const three = forChannels(one, 3);
    expect(three).toEqual({ ...one, scales: new Float32Array(3).fill(0.5), zeroPoints: new Int32Array(3).fill(3) });
    expect(forChannels(three, 3)).toEqual(three);
  });
});

describe.each(SCHEMES)('weights that are %s', (weightScheme) => {
  const perChannel = weightScheme.startsWith('per_channel');
  const ranges = (spec: { readonly granularity: 'per_tensor' | 'per_channel' }, channels: number) => {
    const count = rangeCount(spec, channels);
    const ends = (end: number) => Float32Array.from({ length: count }, (_, c) => end * (1 + c / 7));
    return { min: ends(-1), max: ends(2) };
  };

  it('are frozen with a scale for each channel, by the ranges that were observed', () => {
    const graph = prepareQat(fused, getDefaultQConfig('fbgemm', { weightScheme }), { fuseAddRelu: true });
    const observed = Object.entries(graph.quant).flatMap(([id, { activation, weight }]) => {
      const { c } = graph.nodes.find((node) => node.id === id)!.out;
      const key = weightKey(id);
      return [...(activation ? [[id, ranges(activation, 1)]] : []), ...(weight ? [[key, ranges(weight, c)]] : [])];
    }) as [string, ReturnType<typeof ranges>][];
    const { weights } = freeze(graph, new Map(observed));
    for (const [id, { q }] of weights) {
      const { c } = graph.nodes.find((node) => node.id === id)!.out;
      const spec = graph.quant[id].weight!;
      expect(q).toEqual(forChannels(channelQParams(ranges(spec, c), spec), c));
      expect(q.scales.length).toBe(c);
      expect(new Set(q.scales).size > 1).toBe(perChannel);
      expect(q.zeroPoints.some((z) => z !== 0)).toBe(weightScheme.endsWith('affine'));
    }
  });

  it.each([false, true])('begin to learn where they were frozen; powers of two: %s', (powerOfTwo) => {
    const graph = prepareQat(fused, getLearnableQConfig({ weightScheme, powerOfTwo }), { fuseAddRelu: true });
    const quantizers = learnedQuantizers(graph);
    const activations = new Map(
      quantizers.map(({ id, spec }) => [id, { scale: 0.25, zeroPoint: 5, qmin: spec.qmin, qmax: spec.qmax }]),
    );
    const weights = new Map(
      quantizers
        .filter(({ of }) => of === 'weight')
        .map(({ id, spec, channels }) => {
          const scales = Float32Array.from({ length: channels }, (_, c) => 2 ** -(1 + (c % 4)));
          const zeroPoints = new Int32Array(channels).fill(spec.scheme === 'affine' ? 3 : 0);
          const { c } = graph.nodes.find((node) => node.id === id)!.out;
          return [id, { q: forChannels({ scales, zeroPoints, qmin: spec.qmin, qmax: spec.qmax }, c) }];
        }),
    );
    const params = initialQParams(graph, { activations, weights });
    for (const { name, of, channels } of quantizers) {
      expect(params.get(name)!.shape).toEqual([channels, 2]);
      if (of === 'weight') expect(channels > 1).toBe(perChannel);
    }
    const frozen = freeze(graph, new Map(), params);
    for (const [id, { q }] of frozen.weights) expect(q).toEqual(weights.get(id)!.q);
    for (const { id, of } of quantizers)
      if (of === 'activation') expect(frozen.activations.get(id)).toMatchObject({ scale: 0.25, zeroPoint: 5 });
  });
});
