// QatFakeQuant: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import { FAKE_QUANT, type FakeQuantAttrs } from '../contract';
import { FAKE_QUANT as FAKE_QUANT_ID } from './assembly/ids';
import { fakeQuantArgs } from './fake-quant-args';
import type { Kernel } from './kernel';

/** x [..., C], range [2, 1] or [2, C] -> fake-quantized x. */
export const fakeQuant: Kernel<{ x: TensorInfo; range: TensorInfo }, FakeQuantAttrs> = {
  name: FAKE_QUANT,
  run(runtime, { x, range }, attrs) {
    const y = runtime.output(x.shape);
    const { items, args } = fakeQuantArgs(runtime, x, null, y, range, attrs);
    runtime.run(FAKE_QUANT_ID, items, args);
    return y;
  },
};
