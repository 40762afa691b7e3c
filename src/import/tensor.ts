// A tensor of a file: its shape, and its values as float32 once they are asked for. Not for which file: the readers.
import { decodeFloat16 } from '../checkpoint/float16';
import { elements } from '../core/params';
import { MOST_VALUES } from './refuse';

/** Types of values that are read, and the bytes of each. */
export const VALUE_BYTES = {
  ...{ float32: 4, float16: 2, bfloat16: 2, float64: 8 },
  ...{ int64: 8, int32: 4, int16: 2, int8: 1, uint8: 1, bool: 1 },
} as const;
export type ValueType = keyof typeof VALUE_BYTES;

export interface FileTensor {
  readonly type: ValueType;
  readonly shape: readonly number[];
  /** Row-major, in float32: float64 rounded, whole numbers beyond 2^24 too. */
  values(): Float32Array;
}

const MOST_DIMENSIONS = 8;

/** @returns why a tensor of this shape is not read; undefined where it is */
export function oversized(shape: readonly number[]): string | undefined {
  if (shape.length > MOST_DIMENSIONS) return `it has ${shape.length} dimensions`;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return 'its shape is no list of sizes';
  return elements(shape) <= MOST_VALUES ? undefined : `it has more than ${MOST_VALUES.toLocaleString('en')} values`;
}

/** Little-endian values as float32. @param bytes a whole number of them */
export function decode(type: ValueType, bytes: Uint8Array): Float32Array {
  if (type === 'float16') return decodeFloat16(bytes);
  // A copy begins at a multiple of any value's size.
  const { buffer } = bytes.slice();
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'int32':
      return Float32Array.from(new Int32Array(buffer));
    case 'int16':
      return Float32Array.from(new Int16Array(buffer));
    case 'int8':
      return Float32Array.from(new Int8Array(buffer));
    case 'uint8':
    case 'bool':
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/** Values in the order of the shape, from where the strides, in values, say that they lie. */
export function rowMajor(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const out = new Float32Array(elements(shape));
  const at = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d];
      if (++at[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      at[d] = 0;
    }
  }
  return out;
}
