// Batch norm of its own, with the ReLU that follows it: a table of codes for each channel; a unit is one pixel.
import type { Int8BatchNorm } from '../../int8/int8-model';
import { normalization } from '../../int8/ops/batchnorm';
import { KIND_CHANNEL_TABLE, TABLE_AT, TABLE_CHANNELS, TABLE_CODES } from '../assembly/layout';
import type { Step } from '../lower';
import type { Plan } from '../plan';
import { i32 } from '../record';
import { storedOf } from '../stored';
import type { Lowering } from './lowering';

export const batchnorm: Lowering<Int8BatchNorm> = {
  relu: () => false,
  absorbsRelu: true,
  keepsSign: false,
  record(op, step, plan, put) {
    const { h, w } = plan.model.tensors[step.output];
    const { offset, pixelBytes, max } = storedOf(plan, step.inputs[0]);
    return {
      kind: KIND_CHANNEL_TABLE,
      units: h * w,
      inputs: [offset],
      output: storedOf(plan, step.output).offset,
      fields: [i32(TABLE_AT, put(table(op, step, plan))), i32(TABLE_CODES, max + 1), i32(TABLE_CHANNELS, pixelBytes)],
    };
  },
};

/** [channels in memory][stored input codes]: stored output codes; 0 of channels that only fill a block. */
function table(op: Int8BatchNorm, { inputs, output, relu }: Step, plan: Plan): Uint8Array {
  const [from, to] = [inputs[0], output].map((index) => ({
    ...storedOf(plan, index),
    tensor: plan.model.tensors[index],
  }));
  const least = relu ? to.tensor.q.zeroPoint : 0;
  const codes = from.max + 1;
  const out = new Uint8Array(from.pixelBytes * codes);
  for (let channel = 0; channel < from.tensor.c; channel++) {
    const codeOf = normalization(op, channel, from.tensor, to.tensor);
    for (let stored = 0; stored < codes; stored++)
      out[channel * codes + stored] = Math.max(codeOf(stored + from.rebase), least) - to.rebase;
  }
  return out;
}
