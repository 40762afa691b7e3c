// The int32 bias that other runtimes take where ours adds a float32 one. Not for our own engines.
import type { Int8Conv, Int8Linear } from '../convert/int8-model';
import { roundHalfEven } from '../core/rounding';

const f32 = Math.fround;
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** A layer's bias in units of its accumulator, rounded half to even and saturated; and those units, sx * sw. */
export function accumulatorBias(
  { bias, weightScales }: Int8Conv | Int8Linear,
  inputScale: number,
): { bias: Int32Array; scales: Float32Array } {
  const scales = weightScales.map((scale) => f32(inputScale) * scale);
  const rounded = Int32Array.from(bias, (value, channel) =>
    Math.min(Math.max(roundHalfEven(f32(value / scales[channel])), INT32.min), INT32.max),
  );
  return { bias: rounded, scales };
}
