// QatFakeQuant and QatFakeQuantGrad: see the contract. The arithmetic: ../reference.
import { FAKE_QUANT, FAKE_QUANT_GRAD, type FakeQuantAttrs } from '../contract';
import * as reference from '../reference/quantization';
import type { Kernel } from './kernel';

export const fakeQuant: Kernel<'x' | 'range', FakeQuantAttrs> = {
  name: FAKE_QUANT,
  run({ x, range }, attrs) {
    return [{ data: reference.fakeQuant(x.data, range.data, attrs), shape: x.shape }];
  },
};

export const fakeQuantGrad: Kernel<'x' | 'dy' | 'range', FakeQuantAttrs> = {
  name: FAKE_QUANT_GRAD,
  run({ x, dy, range }, attrs) {
    return [{ data: reference.fakeQuantGrad(x.data, dy.data, range.data, attrs), shape: x.shape }];
  },
};
