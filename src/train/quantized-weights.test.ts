// The steps between codes, as they are frozen: per channel, of whole tensors, learned; and which weights have none.
import { beforeAll, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import { freeze } from '../quant/freeze';
import { initialQParams } from '../quant/learned';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat } from '../quant/prepare';
import { getDefaultQatQConfig, getLearnableQConfig, type WeightScheme } from '../quant/qconfigs';
import { quantizedWeights } from './quantized-weights';
import { smallGraph, smallParams } from './small-network';
import { DeviceState } from './state';
import type { QConfigOptions } from '../quant/qconfigs';

const network = smallGraph();
const params = smallParams(network, 1);
const seen = { min: Float32Array.of(-1), max: Float32Array.of(2) };
const observing = (options: QConfigOptions) =>
  prepareQat(network, getDefaultQatQConfig('fbgemm', options), { fuseAddRelu: true });

beforeAll(setUpWasm);

test.each<WeightScheme>(['per_channel_symmetric', 'per_tensor_symmetric'])('of %s weights', (weightScheme) => {
  const options = { weightBits: 4, narrowRange: true, weightScheme };
  const observed = observing(options);
  const ranges = observeWeights(observed, params, new Map(Object.keys(observed.quant).map((id) => [id, seen])));
  const frozen = freeze(observed, ranges);
  const learning = prepareQat(network, getLearnableQConfig(options), { fuseAddRelu: true });
  const learned = new Map([...params, ...initialQParams(learning, frozen)]);
  for (const [graph, values] of [[observed, params] as const, [learning, learned] as const]) {
    const device = new DeviceState(graph, { params: values, ranges, histograms: new Map() });
    const weights = quantizedWeights(graph, device);
    expect(weights.map(({ id }) => id)).toEqual([...frozen.weights.keys()]);
    for (const { id, channels, qmin, qmax, steps } of weights) {
      const { scale, factor } = steps();
      const { q } = frozen.weights.get(id)!;
      expect([scale.shape, factor.shape, qmin, qmax]).toEqual([[channels], [channels], -7, 7]);
      scale.dataSync().forEach((value, c) => expect(value / q.scales[c]).toBeCloseTo(1, 6));
    }
    device.dispose();
  }
});

test.each<QConfigOptions>([{ weightScheme: 'per_channel_affine' }, { powerOfTwo: true }])(
  'of %o there are none',
  (options) => {
    const graph = observing(options);
    const device = new DeviceState(graph, { params, ranges: new Map(), histograms: new Map() });
    expect(quantizedWeights(graph, device)).toEqual([]);
    device.dispose();
  },
);
