// The convolution kernels there are: how they multiply, how many pixels and channels they hold in registers.
// Not for their code (scripts/build-engine.ts generates it) nor for choosing between them (plan.ts, tune.ts).

/**
 * The inner step. `dot`: relaxed 4-way dot product into i32; `dot4`, `dot2`: the same of nibbles or quads, 4 or 2 bits of
 * several channels in one byte. `pair1`, `pair2`, `pair4`: one, two or four relaxed 2-way dot products added in i16
 * before widening; `chain`: as many as fit. `lookup`: sums of two products of 2-bit codes from a table. `wide`:
 * activations and weights as i16, plain SIMD.
 */
export type KernelMode = 'dot' | 'dot4' | 'dot2' | 'pair1' | 'pair2' | 'pair4' | 'chain' | 'lookup' | 'wide';

export interface KernelSpec {
  readonly mode: KernelMode;
  /** Pixels per tile. */
  readonly pixels: 1 | 2;
  /** Vectors of four output channels per tile. */
  readonly vectors: 4 | 8 | 16;
  /** Needs relaxed SIMD. */
  readonly relaxed: boolean;
}

/** The position in this list is the kernel's number in WASM. */
export const KERNELS: readonly KernelSpec[] = [
  { mode: 'wide', pixels: 1, vectors: 8, relaxed: false },
  { mode: 'wide', pixels: 2, vectors: 4, relaxed: false },
  { mode: 'dot', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'dot', pixels: 2, vectors: 4, relaxed: true },
  { mode: 'pair1', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'pair2', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'pair4', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'chain', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'chain', pixels: 2, vectors: 4, relaxed: true },
  { mode: 'dot4', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'dot4', pixels: 2, vectors: 4, relaxed: true },
  { mode: 'dot2', pixels: 1, vectors: 8, relaxed: true },
  { mode: 'dot2', pixels: 2, vectors: 4, relaxed: true },
  { mode: 'lookup', pixels: 1, vectors: 16, relaxed: false },
];

/**
 * How weights lie in memory: `bytes` and `words`, one in each; `nibbles` and `quads`, those of 2 or 4 channels in one
 * byte; `pairs`, two of one channel in one byte.
 */
export type Packing = 'bytes' | 'words' | 'nibbles' | 'quads' | 'pairs';

const PACKINGS: Readonly<Partial<Record<KernelMode, Packing>>> = {
  wide: 'words',
  dot4: 'nibbles',
  dot2: 'quads',
  lookup: 'pairs',
};
/** Which packing a mode reads. */
export const packingOf = (mode: KernelMode): Packing => PACKINGS[mode] ?? 'bytes';

/** Output channels that share one block of packed weights: one of `pairs` has twice as many. */
export const BLOCK_CHANNELS = 32;
export const blockChannels = (packing: Packing): number => (packing === 'pairs' ? 2 * BLOCK_CHANNELS : BLOCK_CHANNELS);
/** The largest activation that the relaxed kernels take: their second operand is 7 bits. */
export const MAX_RELAXED_ACTIVATION = 127;

/** e.g. 'dot 2x16': two pixels by sixteen channels. */
export const kernelName = (kernel: KernelSpec): string => `${kernel.mode} ${kernel.pixels}x${kernel.vectors * 4}`;
