// Max pooling; a unit is one output pixel.
import type { Int8MaxPool } from '../../int8/int8-model';
import { KIND_MAX_POOL, POOL_KERNEL, POOL_OUT_W, POOL_PAD, POOL_STRIDE } from '../assembly/layout';
import { i32 } from '../record';
import { storedOf } from '../stored';
import type { Lowering } from './lowering';
import { mapFields } from './map-fields';

export const maxpool: Lowering<Int8MaxPool> = {
  relu: () => false,
  absorbsRelu: false,
  keepsSign: true,
  record({ kernel, stride, pad }, { inputs: [input], output }, plan) {
    const { h, w } = plan.model.tensors[output];
    return {
      kind: KIND_MAX_POOL,
      units: h * w,
      inputs: [storedOf(plan, input).offset],
      output: storedOf(plan, output).offset,
      fields: [
        i32(POOL_KERNEL, kernel),
        i32(POOL_STRIDE, stride),
        i32(POOL_PAD, pad),
        i32(POOL_OUT_W, w),
        ...mapFields(plan, input),
      ],
    };
  },
};
