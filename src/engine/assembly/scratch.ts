// Each thread's scratch: the codes of a convolution's input as i16, which the wide kernels read. Widening a tensor once
// costs far less than widening every code again for each block of channels. Not shared between threads: no barrier.
import { SCRATCH, SCRATCH_STRIDE } from './layout';

let scratch: usize = 0;

/** Chooses the scratch of this thread; call before any operation runs. */
export function useScratch(thread: i32): void {
  scratch = load<usize>(SCRATCH) + <usize>thread * load<usize>(SCRATCH_STRIDE);
}

/** @returns where the codes are now, each as i16; up to 15 more are widened */
export function widen(codes: usize, count: usize): usize {
  for (let i: usize = 0; i < count; i += 16) {
    const bytes = v128.load(codes + i);
    v128.store(scratch + 2 * i, i16x8.extend_low_i8x16_u(bytes));
    v128.store(scratch + 2 * i, i16x8.extend_high_i8x16_u(bytes), 16);
  }
  return scratch;
}
