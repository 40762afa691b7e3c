// IEEE 754 half precision to float32; every half is a float32, so nothing is rounded.
// Not for encoding.

/** The value of 16 bits: sign, 5 exponent bits, 10 fraction bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let table: Float32Array | undefined;

/** Little-endian halves to as many floats. @param bytes of even length */
export function decodeFloat16(bytes: Uint8Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfValue(bits));
  const values = new Float32Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = table[bytes[2 * i] | (bytes[2 * i + 1] << 8)];
  return values;
}
