// The product's seeded random numbers: xoshiro128** seeded by splitmix32, bit for bit reference/rng.py.
// Not for cryptography.

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** Uniform 32-bit integers and what follows from them; the same sequence for the same seed, everywhere. */
export class Rng {
  readonly #s = new Uint32Array(4);

  /** @param seed any integer; its low 32 bits count. */
  constructor(seed: number) {
    let state = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      state = (state + 0x9e3779b9) >>> 0;
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#s[i] = z ^ (z >>> 15);
    }
  }

  /** The next integer in 0..2^32-1. */
  nextU32(): number {
    const s = this.#s;
    const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  /** An integer in 0..n-1; n up to 2^21, so that the product below is exact in a double. */
  below(n: number): number {
    return Math.floor((this.nextU32() * n) / 0x1_0000_0000);
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.nextU32() / 0x1_0000_0000;
  }
}

/** Fisher-Yates from the top: the numbers 0..n-1 in an order the generator fixes. */
export function permutation(n: number, rng: Rng): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
