// Weights of few bits as a file has them: codes in two's complement, one after the other without gaps, the first in the
// lowest bits (4 bits are nibbles, low before high; 2 bits quads). Not for the order of kernels: src/engine/pack.ts.
import { BITS } from '../core/qparams';

/** Bits that codes first..last-1 need in two's complement: 1 of zeros and -1 alone, 8 of -128..127. */
export function neededBits(codes: ArrayLike<number>, first = 0, last = codes.length): number {
  // A code lies in -reach - 1 .. reach.
  let reach = 0;
  for (let i = first; i < last; i++) reach |= codes[i] ^ (codes[i] >> 31);
  return 33 - Math.clz32(reach);
}

/** Bits of every weight whose quantizer has these limits: 4 of -8..7 and of -7..7. */
export const weightBitsOf = ({ qmin, qmax }: { readonly qmin: number; readonly qmax: number }): number =>
  Math.max(BITS.min, neededBits([qmin, qmax]));

/** Bytes of `count` codes. */
export const packedBytes = (count: number, bits: number): number => Math.ceil((count * bits) / 8);

/** @param bits 1..8 @throws Error when a code needs more; bits left over in the last byte are 0 */
export function packBits(codes: Int8Array, bits: number): Uint8Array<ArrayBuffer> {
  const needed = neededBits(codes);
  if (needed > bits) throw new Error(`A code needs ${needed} bits and has ${bits}.`);
  const packed = new Uint8Array(packedBytes(codes.length, bits));
  const mask = (1 << bits) - 1;
  let [held, holds, at] = [0, 0, 0];
  for (let i = 0; i < codes.length; i++) {
    held |= (codes[i] & mask) << holds;
    holds += bits;
    if (holds < 8) continue;
    packed[at++] = held;
    held >>>= 8;
    holds -= 8;
  }
  if (holds > 0) packed[at] = held;
  return packed;
}

/** What packBits packed. @param packed packedBytes(count, bits) bytes */
export function unpackBits(packed: Uint8Array, count: number, bits: number): Int8Array<ArrayBuffer> {
  const codes = new Int8Array(count);
  const unused = 32 - bits;
  let [held, holds, at] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    if (holds < bits) {
      held |= packed[at++] << holds;
      holds += 8;
    }
    codes[i] = (held << unused) >> unused;
    held >>>= bits;
    holds -= bits;
  }
  return codes;
}
