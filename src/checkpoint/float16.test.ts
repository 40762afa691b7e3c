import { expect, it } from 'vitest';
import { decodeFloat16 } from './float16';

/** float32 bits of a half, by moving bits: the fraction to the top, the exponent from bias 15 to 127. */
function float32Bits(half: number): number {
  const sign = (half >>> 15) * 0x8000_0000;
  let exponent = (half >>> 10) & 31;
  let fraction = half & 1023;
  if (exponent === 31) return sign + 0x7f80_0000 + fraction * 0x2000;
  if (exponent === 0) {
    if (fraction === 0) return sign;
    exponent = 1;
    for (; fraction < 1024; exponent--) fraction *= 2;
    fraction -= 1024;
  }
  return sign + (exponent + 112) * 0x80_0000 + fraction * 0x2000;
}

it('decodes all 65,536 halves exactly, zeros with their sign, infinities and NaN', () => {
  const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
  const expected = new Float32Array(Uint32Array.from(halves, float32Bits).buffer);
  const decoded = decodeFloat16(new Uint8Array(halves.buffer));
  expect(Array.from(decoded).findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
});
