// Average pooling; a unit is one channel, of those too that only fill a block: kernels read them, and they must be codes.
import type { Int8AvgPool } from '../../int8/int8-model';
import { AVERAGE_FACTOR, AVERAGE_OFFSET, AVERAGE_ZERO, KIND_AVERAGE_POOL } from '../assembly/layout';
import { f32, i32 } from '../record';
import { storedOf } from '../stored';
import type { Lowering } from './lowering';
import { mapFields } from './map-fields';

export const avgpool: Lowering<Int8AvgPool> = {
  relu: () => false,
  absorbsRelu: false,
  keepsSign: true,
  record(_, { inputs: [input], output }, plan) {
    const { h, w } = plan.model.tensors[input];
    const { offset, rebase } = storedOf(plan, input);
    const { pixelBytes, offset: to } = storedOf(plan, output);
    return {
      kind: KIND_AVERAGE_POOL,
      units: pixelBytes,
      inputs: [offset],
      output: to,
      fields: [
        ...mapFields(plan, input),
        // The mean is rounded as the codes are, not as they are stored: half to even differs by an odd zero point.
        i32(AVERAGE_OFFSET, h * w * rebase),
        f32(AVERAGE_FACTOR, 1 / (h * w)),
        i32(AVERAGE_ZERO, -rebase),
      ],
    };
  },
};
