// The convolution kernels there are: how they multiply, how many pixels and channels they hold in registers.
// Not for their code (scripts/build-engine.ts generates it) nor for choosing between them (plan.ts, tune.ts).

/**
 * The inner step. `dot`: relaxed 4-way dot product into i32. `pair1`, `pair2`, `pair4`: one, two or four relaxed
 * 2-way dot products added in i16 before widening. `wide`: activations and weights as i16, plain SIMD.
 */
export type KernelMode = 'dot' | 'pair1' | 'pair2' | 'pair4' | 'wide';

export interface KernelSpec {
  readonly mode: KernelMode;
  /** Pixels per tile. */
  readonly pixels: 1 | 2;
  /** Vectors of four output channels per tile. */
  readonly vectors: 4 | 8;
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
];

/** Output channels that share one block of packed weights. */
export const BLOCK_CHANNELS = 32;
/** The largest activation that the relaxed kernels take: their second operand is 7 bits. */
export const MAX_RELAXED_ACTIVATION = 127;

/** e.g. 'dot 2x16': two pixels by sixteen channels. */
export const kernelName = (kernel: KernelSpec): string => `${kernel.mode} ${kernel.pixels}x${kernel.vectors * 4}`;
