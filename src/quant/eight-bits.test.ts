import { describe, expect, it } from 'vitest';
import { fuse } from '../graph/fuse';
import { resnet18 } from '../graph/resnet18';
import type { Graph } from '../graph/types';
import { keepEightBits } from './eight-bits';
import { prepareQat } from './prepare';
import { getDefaultQatQConfig, getDefaultQConfig } from './qconfigs';
import type { QatGraph } from './types';

const bits = { weightBits: 2, activationBits: 3 };
const qconfigs = [getDefaultQatQConfig('fbgemm', bits), getDefaultQConfig('fbgemm', bits)];
const prepared = (fuseAddRelu: boolean, qconfig = qconfigs[0]) =>
  prepareQat(fuse(resnet18()).graph, qconfig, { fuseAddRelu });
/** What has eight bits, weights as weightKey names them. */
const kept = ({ quant }: QatGraph) =>
  Object.entries(quant).flatMap(([id, { activation, weight }]) => [
    ...(activation?.qmax === 127 ? [id] : []),
    ...(weight?.qmin === -128 && weight.qmax === 127 ? [`${id}.weight`] : []),
  ]);
const SUMS = [1, 2, 3, 4].flatMap((layer) => [0, 1].map((block) => `layer${layer}.${block}.skip_add`));

describe('keepEightBits', () => {
  it('keeps the image, the layer that reads it and the last one; the tensor between them that is a sum', () => {
    for (const fuseAddRelu of [false, true])
      expect(kept(keepEightBits(prepared(fuseAddRelu), 'edges')).sort()).toEqual(
        ['quant', 'conv1.weight', 'layer4.1.skip_add', 'fc', 'fc.weight'].sort(),
      );
  });

  it('keeps the sums of all blocks too, or nothing', () => {
    const graph = prepared(true);
    expect(kept(keepEightBits(graph, 'edges_and_sums')).sort()).toEqual(
      ['quant', 'conv1.weight', ...SUMS, 'fc', 'fc.weight'].sort(),
    );
    expect(keepEightBits(graph, 'none')).toBe(graph);
    expect(kept(graph)).toEqual([]);
  });

  it('changes codes alone, and not its input', () => {
    for (const qconfig of qconfigs) {
      const graph = prepared(true, qconfig);
      const before = JSON.stringify(graph);
      const { quant, ...rest } = keepEightBits(graph, 'edges_and_sums');
      expect(JSON.stringify(graph)).toBe(before);
      expect({ ...rest, quant: graph.quant }).toEqual(graph);
      expect(quant.fc).toEqual({
        activation: { ...qconfig.activation, qmax: 127 },
        weight: { ...qconfig.weight, qmin: -128, qmax: 127 },
      });
      expect(quant['layer1.0.conv1']).toEqual(graph.quant['layer1.0.conv1']);
    }
  });

  it('has the codes of the qconfig: all of them without reduce_range, and a narrow range narrow', () => {
    for (const reduceRange of [false, true]) {
      const full = prepared(true, getDefaultQConfig('fbgemm', { reduceRange }));
      expect(keepEightBits(full, 'edges_and_sums')).toEqual(full);
    }
    const narrow = getDefaultQConfig('fbgemm', { ...bits, reduceRange: false, narrowRange: true });
    expect(narrow.weight).toMatchObject({ qmin: -1, qmax: 1 });
    const { quant } = keepEightBits(prepared(true, narrow), 'edges');
    expect(quant.fc.weight).toMatchObject({ qmin: -127, qmax: 127 });
    expect(quant.fc.activation).toMatchObject({ qmin: 0, qmax: 255 });
  });

  it('knows a network without a linear layer, whose last convolution is averaged, by its structure', () => {
    const conv = (id: string, from: string) => ({
      ...({ id, op: 'conv', inputs: [from], out: { h: 4, w: 4, c: 2 }, relu: false, weight: `${id}.weight` } as const),
      conv: { cin: 2, cout: 2, kernel: 3, stride: 1, pad: 1 },
    });
    const graph: Graph = {
      name: 'convolutions',
      nodes: [
        { id: 'input', op: 'input', inputs: [], out: { h: 4, w: 4, c: 2 } },
        conv('first', 'input'),
        conv('beside', 'input'),
        conv('middle', 'first'),
        { id: 'sum', op: 'add', inputs: ['middle', 'beside'], out: { h: 4, w: 4, c: 2 }, relu: false },
        { id: 'relu', op: 'relu', inputs: ['sum'], out: { h: 4, w: 4, c: 2 } },
        conv('last', 'relu'),
        { id: 'average', op: 'avgpool', inputs: ['last'], out: { h: 1, w: 1, c: 2 } },
      ],
    };
    const qat = prepareQat(graph, qconfigs[0], { fuseAddRelu: false });
    expect(kept(keepEightBits(qat, 'edges')).sort()).toEqual(
      ['quant', 'first.weight', 'beside.weight', 'sum', 'last', 'last.weight'].sort(),
    );
  });
});
