import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neededBits, packBits, packedBytes, unpackBits, weightBitsOf } from './weight-bits';

/** Codes of a width, both ends among them. */
const codesOf = (bits: number, maxLength = 40) =>
  fc
    .array(fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }), { maxLength })
    .map((codes) => Int8Array.from(codes));
const widths = fc.integer({ min: 2, max: 8 });

describe('weights of few bits', () => {
  it('come back as they were, in as many bits as they have', () => {
    fc.assert(
      fc.property(
        widths.chain((bits) => fc.tuple(fc.constant(bits), codesOf(bits))),
        ([bits, codes]) => {
          const packed = packBits(codes, bits);
          expect(packed.length).toBe(Math.ceil((codes.length * bits) / 8));
          expect(packed.length).toBe(packedBytes(codes.length, bits));
          expect(unpackBits(packed, codes.length, bits)).toEqual(codes);
        },
      ),
    );
  });

  it('lie in their file as one number would, the first code lowest', () => {
    fc.assert(
      fc.property(
        widths.chain((bits) => fc.tuple(fc.constant(bits), codesOf(bits))),
        ([bits, codes]) => {
          const whole = [...codes].reduceRight(
            (sum, code) => (sum << BigInt(bits)) | BigInt.asUintN(bits, BigInt(code)),
            0n,
          );
          const bytes = [...packBits(codes, bits)].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
          expect(bytes).toBe(whole);
        },
      ),
    );
  });

  it('are nibbles, quads, and whole bytes', () => {
    expect([...packBits(Int8Array.of(1, -2, 7, -8, -1), 4)]).toEqual([0xe1, 0x87, 0x0f]);
    expect([...packBits(Int8Array.of(1, -2, 0, -1, -2), 2)]).toEqual([0b11_00_10_01, 0b10]);
    expect([...packBits(Int8Array.of(-128, 127, -1), 8)]).toEqual([0x80, 0x7f, 0xff]);
  });

  it.each([2, 3, 4, 5, 6, 7])('beyond their width are refused: %i bits', (bits) => {
    for (const code of [2 ** (bits - 1), -(2 ** (bits - 1)) - 1])
      expect(() => packBits(Int8Array.of(0, code), bits)).toThrow(`needs ${bits + 1} bits`);
  });
});

describe('bits that codes need', () => {
  it.each([
    [[], 1],
    [[0, -1], 1],
    [[1], 2],
    [[-2], 2],
    [[-3], 3],
    [[7, -8], 4],
    [[-9], 5],
    [[127], 8],
    [[-128], 8],
  ])('%j', (codes, bits) => expect(neededBits(codes)).toBe(bits));

  it('of some of them', () => expect(neededBits([100, 1, 100], 1, 2)).toBe(2));

  it.each([
    [-128, 127, 8],
    [-127, 127, 8],
    [-8, 7, 4],
    [-7, 7, 4],
    [-1, 1, 2],
    [-2, 1, 2],
    [-1, 0, 2],
  ])('of a quantizer of %i..%i', (qmin, qmax, bits) => expect(weightBitsOf({ qmin, qmax })).toBe(bits));
});
