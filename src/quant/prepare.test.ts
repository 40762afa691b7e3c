import { describe, expect, it } from 'vitest';
import { PlaygroundError } from '../core/errors';
import { fuse } from '../graph/fuse';
import { checkGraph, nodeById } from '../graph/graph';
import { resnet18 } from '../graph/resnet18';
import { prepareQat, weightKey } from './prepare';
import {
  getDefaultQatQConfig,
  getDefaultQConfig,
  isAffine,
  PYTORCH_AVERAGING,
  qconfigById,
  type QConfigOptions,
  type WeightScheme,
} from './qconfigs';

const qconfig = getDefaultQatQConfig('fbgemm');
const fused = fuse(resnet18()).graph;

describe('prepareQat', () => {
  const separate = prepareQat(fused, qconfig, { fuseAddRelu: false });
  const joined = prepareQat(fused, qconfig, { fuseAddRelu: true });

  it('puts the stubs at both ends of a well-formed graph', () => {
    for (const graph of [separate, joined]) {
      expect(() => checkGraph(graph)).not.toThrow();
      expect(graph.nodes.slice(0, 2).map(({ id }) => id)).toEqual(['input', 'quant']);
      expect(nodeById(graph, 'conv1').inputs).toEqual(['quant']);
      expect(graph.nodes.at(-1)).toMatchObject({ id: 'dequant', inputs: ['fc'] });
    }
  });

  it('observes where eager PyTorch does', () => {
    for (const graph of [separate, joined]) {
      const observed = Object.entries(graph.quant);
      // Quant stub, 20 convolutions, 8 skip adds, fc.
      expect(observed.filter(([, { activation }]) => activation)).toHaveLength(30);
      expect(observed.filter(([, { weight }]) => weight)).toHaveLength(21);
      for (const id of ['maxpool', 'avgpool', 'flatten', 'layer1.0.relu2', 'dequant'])
        expect(graph.quant[id], id).toBeUndefined();
      expect(graph.quant['layer1.0.skip_add']).toEqual({ activation: qconfig.activation });
      expect(graph.quant.fc).toEqual({ activation: qconfig.activation, weight: qconfig.weight });
    }
  });

  it('keeps the add and its ReLU apart as the article has them, or makes one op of them', () => {
    expect(nodeById(separate, 'layer1.0.skip_add')).toMatchObject({ op: 'add', relu: false });
    expect(nodeById(separate, 'layer1.1.conv1').inputs).toEqual(['layer1.0.relu2']);
    expect(nodeById(joined, 'layer1.0.skip_add')).toMatchObject({ op: 'add', relu: true });
    expect(nodeById(joined, 'layer1.1.conv1').inputs).toEqual(['layer1.0.skip_add']);
    expect(joined.nodes.filter(({ op }) => op === 'relu')).toEqual([]);
  });

  it('does not touch its input', () => {
    const before = JSON.stringify(fused);
    prepareQat(fused, qconfig, { fuseAddRelu: true });
    expect(JSON.stringify(fused)).toBe(before);
  });

  it('observes each batch norm of a graph that was not fused, besides its convolution', () => {
    const { quant } = prepareQat(resnet18(), qconfig, { fuseAddRelu: false });
    expect(quant['layer1.0.bn1']).toEqual({ activation: qconfig.activation });
    expect(quant['layer1.0.conv1']).toEqual({ activation: qconfig.activation, weight: qconfig.weight });
    expect(quant['layer1.0.relu1']).toBeUndefined();
    expect(Object.keys(quant)).toHaveLength(Object.keys(separate.quant).length + 20);
  });

  it('names weight ranges after their node', () => {
    expect(weightKey('layer1.0.conv1')).toBe('layer1.0.conv1.weight');
  });
});

describe('qconfigs', () => {
  it('fbgemm for QAT: fake-quantized, activations 0..127 by moving average, weights per channel', () => {
    expect(qconfig).toMatchObject({
      id: 'fbgemm_qat',
      label: 'get_default_qat_qconfig("fbgemm")',
      activation: { observer: 'moving_average_minmax', averagingConstant: 0.01, scheme: 'affine', qmin: 0, qmax: 127 },
      weight: { granularity: 'per_channel', scheme: 'symmetric', qmin: -128, qmax: 127, averagingConstant: 1 },
    });
    expect([qconfig.activation.simulate, qconfig.weight.simulate]).toEqual([true, true]);
  });

  it('fbgemm for PTQ: only observed, histograms for activations', () => {
    const ptq = getDefaultQConfig('fbgemm');
    expect(ptq).toMatchObject({ id: 'fbgemm', label: 'get_default_qconfig("fbgemm")' });
    expect(ptq.activation).toMatchObject({ observer: 'histogram', simulate: false, qmin: 0, qmax: 127 });
    expect(ptq.weight).toMatchObject({ observer: 'minmax', granularity: 'per_channel', simulate: false });
  });

  it('takes 2 to 8 bits', () => {
    const codes = (weightBits: number, activationBits: number, reduceRange?: boolean) => {
      const { weight, activation } = qconfigById('fbgemm', { weightBits, activationBits, reduceRange });
      return [weight.qmin, weight.qmax, activation.qmin, activation.qmax];
    };
    expect(codes(2, 2)).toEqual([-2, 1, 0, 3]);
    expect(codes(4, 7)).toEqual([-8, 7, 0, 127]);
    expect(codes(8, 8)).toEqual([-128, 127, 0, 127]);
    expect(codes(8, 8, false)).toEqual([-128, 127, 0, 255]);
    for (const bits of [1, 9, 4.5, NaN]) {
      expect(() => codes(bits, 8)).toThrow(PlaygroundError);
      expect(() => codes(8, bits)).toThrow(PlaygroundError);
    }
  });

  it("has qnnpack's, and x86's, which are fbgemm's", () => {
    for (const make of [getDefaultQatQConfig, getDefaultQConfig]) {
      const { id, label, ...x86 } = make('x86');
      const { id: _, label: fbgemm, ...same } = make('fbgemm');
      expect([id, label]).toEqual([_.replace('fbgemm', 'x86'), fbgemm.replace('fbgemm', 'x86')]);
      expect(x86).toEqual(same);
      const { activation, weight } = make('qnnpack');
      expect(activation).toMatchObject({ scheme: 'affine', qmin: 0, qmax: 255 });
      expect(weight).toMatchObject({ scheme: 'symmetric', granularity: 'per_tensor', qmin: -128, qmax: 127 });
    }
  });

  it.each<[WeightScheme, object]>([
    ['per_channel_symmetric', { scheme: 'symmetric', granularity: 'per_channel' }],
    ['per_tensor_symmetric', { scheme: 'symmetric', granularity: 'per_tensor' }],
    ['per_channel_affine', { scheme: 'affine', granularity: 'per_channel' }],
    ['per_tensor_affine', { scheme: 'affine', granularity: 'per_tensor' }],
  ])('gives every qconfig weights that are %s', (weightScheme, spec) => {
    for (const id of ['fbgemm_qat', 'fbgemm', 'lsq'] as const) {
      const { activation, weight } = qconfigById(id, { weightScheme });
      expect(weight).toMatchObject(spec);
      expect(activation).toEqual(qconfigById(id).activation);
    }
    expect(isAffine(weightScheme)).toBe(weightScheme.endsWith('_affine'));
  });

  it('narrow ranges and powers of two, with every width', () => {
    for (const id of ['fbgemm_qat', 'fbgemm', 'lsq'] as const)
      for (const weightBits of [2, 3, 4, 5, 6, 7, 8]) {
        const { activation, weight } = qconfigById(id, { weightBits, narrowRange: true, powerOfTwo: true });
        expect([weight.qmin, weight.qmax]).toEqual([1 - 2 ** (weightBits - 1), 2 ** (weightBits - 1) - 1]);
        expect([activation.powerOfTwo, weight.powerOfTwo]).toEqual([true, true]);
        expect(activation).toMatchObject({ qmin: 0, qmax: 127 });
      }
  });

  it('is called as PyTorch calls it where PyTorch has it, whatever the widths', () => {
    const labelOf = (options: QConfigOptions) => qconfigById('fbgemm_qat', { weightBits: 3, ...options }).label;
    expect(labelOf({})).toBe('get_default_qat_qconfig("fbgemm")');
    const qnnpack = { reduceRange: false, weightScheme: 'per_tensor_symmetric' } as const;
    expect(labelOf(qnnpack)).toBe('get_default_qat_qconfig("qnnpack")');
    for (const other of [{ narrowRange: true }, { powerOfTwo: true }, { reduceRange: false }])
      expect(labelOf(other)).toBe('QConfig');
    expect(labelOf({ ...qnnpack, powerOfTwo: true })).toBe('QConfig');
  });

  it('observes with MinMaxObserver where nothing is simulated and the whole range is asked for', () => {
    const { label, activation } = qconfigById('fbgemm', { ranges: 'minmax' });
    expect([label, activation.observer, activation.simulate]).toEqual(['QConfig', 'minmax', false]);
    expect(qconfigById('fbgemm', { ranges: 'mse' }).activation.observer).toBe('histogram');
    expect(qconfigById('fbgemm_qat', { ranges: 'minmax' })).toEqual(qconfigById('fbgemm_qat'));
  });

  it('knows no qconfig but its own', () => {
    expect(() => qconfigById('qnnpack' as 'fbgemm')).toThrow('"qnnpack" is no qconfig');
  });

  it("offers PyTorch's averaging of weight ranges", () => {
    const { weight } = qconfigById('fbgemm_qat', { weightAveraging: PYTORCH_AVERAGING });
    expect(weight).toMatchObject({ averagingConstant: 0.01 });
  });
});
