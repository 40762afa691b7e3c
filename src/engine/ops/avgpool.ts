// Average pooling; a unit is one channel.
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
    const { h, w, c } = plan.model.tensors[input];
    const { offset, rebase } = storedOf(plan, input);
    return {
      kind: KIND_AVERAGE_POOL,
      units: c,
      inputs: [offset],
      output: storedOf(plan, output).offset,
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
