// QatFakeQuantGrad: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import { FAKE_QUANT_GRAD, type FakeQuantAttrs } from '../contract';
import { FAKE_QUANT_GRAD as FAKE_QUANT_GRAD_ID } from './assembly/ids';
import { fakeQuantArgs } from './fake-quant-args';
import type { Kernel } from './kernel';

/** x, dy [..., C], range [2, 1] or [2, C] -> dx. */
export const fakeQuantGrad: Kernel<{ x: TensorInfo; dy: TensorInfo; range: TensorInfo }, FakeQuantAttrs> = {
  name: FAKE_QUANT_GRAD,
  run(runtime, { x, dy, range }, attrs) {
    const dx = runtime.output(x.shape);
    const { items, args } = fakeQuantArgs(runtime, x, dy, dx, range, attrs);
    runtime.run(FAKE_QUANT_GRAD_ID, items, args);
    return dx;
  },
};
