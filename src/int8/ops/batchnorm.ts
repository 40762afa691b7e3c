// quantized::batch_norm2d: a code above its zero point times alpha, plus beta, half to even; alpha and beta are float32, the
// product and the sum are rounded once (an fma).
import { roundHalfEven } from '../../core/rounding';
import { whole } from '../../core/schema';
import { expectShape, refuse } from '../checks';
import type { Int8BatchNorm, Int8Tensor } from '../int8-model';
import { clamp, type Definition } from './definition';

const f32 = Math.fround;
const length = whole(0);

export const batchnorm: Definition<Int8BatchNorm> = {
  arity: 1,
  fields: { gain: length, shift: length },
  arrays: ['gain', 'shift'],
  check(op, at) {
    const [input] = at.inputs;
    const { gain, shift } = op;
    expectShape(at, input);
    if (gain.length !== input.c || shift.length !== input.c)
      refuse(at.where, `it has ${gain.length} gains and ${shift.length} shifts, not ${input.c}`);
    for (let channel = 0; channel < input.c; channel++) {
      const { alpha, beta } = factors(op, channel, input, at.output);
      // 2^96 leaves room for the product with a code.
      if (![alpha, beta].every((factor) => Math.abs(factor) < 2 ** 96))
        refuse(at.where, `the gain or the shift of channel ${channel} leaves float32's range`);
    }
  },
  compute(op, [input], output) {
    const codeOf = Array.from({ length: input.c }, (_, channel) => normalization(op, channel, input, output));
    return (codes) => codes.map((code, i) => codeOf[i % input.c](code));
  },
};

/** What becomes of each code of one channel. */
export function normalization(
  op: Int8BatchNorm,
  channel: number,
  input: Int8Tensor,
  output: Int8Tensor,
): (code: number) => number {
  const { alpha, beta } = factors(op, channel, input, output);
  const { zeroPoint, qmin, qmax } = output.q;
  // Exact in double precision but for the sum's own rounding, so that Math.fround of it is the fma.
  return (code) => clamp(roundHalfEven(f32((code - input.q.zeroPoint) * alpha + beta)) + zeroPoint, qmin, qmax);
}

/** ATen/native/quantized/cpu/Normalization.cpp: the ratio of scales is in double precision, as they are there. */
function factors({ gain, shift }: Int8BatchNorm, channel: number, { q: x }: Int8Tensor, { q: y }: Int8Tensor) {
  return { alpha: f32(gain[channel] * (x.scale / y.scale)), beta: f32(shift[channel] / y.scale) };
}
