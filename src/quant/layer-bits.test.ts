import { describe, expect, it } from 'vitest';
import { fuse } from '../graph/fuse';
import { resnet18 } from '../graph/resnet18';
import { withLayerBits } from './layer-bits';
import { prepareQat } from './prepare';
import { getDefaultQatQConfig, getLearnableQConfig } from './qconfigs';

const graph = fuse(resnet18()).graph;
const bits = { weightBits: 4, activationBits: 5 };

describe('withLayerBits', () => {
  it.each([getDefaultQatQConfig('fbgemm', bits), getLearnableQConfig(bits)])(
    'gives a layer what the qconfig gives all at these widths, and leaves the others: $label',
    (qconfig) => {
      const prepared = prepareQat(graph, qconfig, { fuseAddRelu: true });
      const before = JSON.stringify(prepared);
      const sum = 'layer2.0.skip_add';
      const layers = new Map([
        ['layer1.0.conv1', { weightBits: 2, activationBits: 8 }],
        [sum, { weightBits: 3, activationBits: 6 }],
      ]);
      const { quant } = withLayerBits(prepared, layers);
      expect(JSON.stringify(prepared)).toBe(before);
      expect(quant['layer1.0.conv1'].weight).toEqual({ ...qconfig.weight, qmin: -2, qmax: 1 });
      expect(quant['layer1.0.conv1'].activation).toEqual({ ...qconfig.activation, qmin: 0, qmax: 127 });
      expect(quant[sum]).toEqual({ activation: { ...qconfig.activation, qmin: 0, qmax: 63 } });
      const others = Object.entries(prepared.quant).filter(([id]) => !layers.has(id));
      for (const [id, spec] of others) expect(quant[id]).toEqual(spec);
    },
  );

  it('has the codes that the qconfig has at these widths', () => {
    const qconfig = getDefaultQatQConfig('qnnpack', { ...bits, narrowRange: true });
    const layers = new Map([['fc', { weightBits: 2, activationBits: 8 }]]);
    const { fc } = withLayerBits(prepareQat(graph, qconfig, { fuseAddRelu: true }), layers).quant;
    expect(fc.weight).toEqual({ ...qconfig.weight, qmin: -1, qmax: 1 });
    expect(fc.activation).toEqual({ ...qconfig.activation, qmin: 0, qmax: 255 });
  });

  it('refuses a layer that is not quantized, and bits that are not possible', () => {
    const prepared = prepareQat(graph, getDefaultQatQConfig('fbgemm', bits), { fuseAddRelu: true });
    const asked = (id: string, weightBits: number) => () =>
      withLayerBits(prepared, new Map([[id, { weightBits, activationBits: 8 }]]));
    for (const id of ['layer9', 'toString', 'maxpool']) expect(asked(id, 4)).toThrow(`no quantized layer "${id}"`);
    expect(asked('fc', 9)).toThrow('9 bits for weights is not possible.');
  });
});
