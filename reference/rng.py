"""The product's seeded generator, bit for bit the one in src/core/rng.ts.

xoshiro128** (Blackman & Vigna) seeded by four rounds of splitmix32. Not for cryptography.
"""

MASK = 0xFFFFFFFF


def _splitmix32(state: int) -> tuple[int, int]:
    state = (state + 0x9E3779B9) & MASK
    z = state
    z = ((z ^ (z >> 16)) * 0x21F0AAAD) & MASK
    z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
    return state, z ^ (z >> 15)


def _rotl(x: int, k: int) -> int:
    return ((x << k) | (x >> (32 - k))) & MASK


class Rng:
    """32-bit integers, uniform in 0..2^32-1, the same sequence for the same seed as in the browser."""

    def __init__(self, seed: int):
        state = seed & MASK
        words = []
        for _ in range(4):
            state, word = _splitmix32(state)
            words.append(word)
        self.s = words

    def next_u32(self) -> int:
        s = self.s
        result = (_rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = _rotl(s[3], 11)
        return result

    def below(self, n: int) -> int:
        """An integer in 0..n-1, for n up to 2^21 (where the browser's doubles are exact)."""
        return (self.next_u32() * n) >> 32


def permutation(n: int, rng: Rng) -> list[int]:
    """Fisher-Yates from the top: the numbers 0..n-1 in an order the seed fixes."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = rng.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return order
