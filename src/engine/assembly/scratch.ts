// Each thread's scratch: what a convolution makes of its input before it reads it, once for all blocks of channels.
// Not shared between threads: no barrier.
import { JOB_PIXELS, JOB_ROWS, JOB_RUN, ONES, PIXEL_BYTES, PIXEL_IN, SCRATCH, SCRATCH_STRIDE } from './layout';

let scratch: usize = 0;

/** Chooses the scratch of this thread; call before any operation runs. */
export function useScratch(thread: i32): void {
  scratch = load<usize>(SCRATCH) + <usize>thread * load<usize>(SCRATCH_STRIDE);
}

/** @returns where 128 bytes are for a kernel's own use */
export function scratchStart(): usize {
  return scratch;
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

/** @returns where each two codes a, b of 2 bits are now 16a + 64b, a byte; up to 15 more codes become some */
export function pairCodes(codes: usize, count: usize): usize {
  const byte = i16x8.splat(0xff);
  for (let i: usize = 0; i < count; i += 16) {
    const pairs = v128.load(codes + i);
    const joined = v128.and(v128.or(i16x8.shl(pairs, 4), i16x8.shr_u(pairs, 2)), byte);
    v128.store64_lane(scratch + i / 2, i8x16.narrow_i16x8_u(joined, joined), 0);
  }
  return scratch;
}

/** @returns where the sum of all codes under each pixel of each job is, i32; runs are multiples of 16 */
export function sumCodes(jobs: usize, jobCount: i32, pixels: i32, input: usize, inRow: usize): usize {
  const ones = v128.load(ONES);
  let to = scratch;
  for (let at = jobs; jobCount > 0; jobCount--) {
    const rows = load<i32>(at, JOB_ROWS), run = load<usize>(at, JOB_RUN);
    at += JOB_PIXELS;
    for (let pixel = 0; pixel < pixels; pixel++) {
      let row = input + load<usize>(at, PIXEL_IN);
      let sum = i32x4.splat(0);
      for (let left = rows; left > 0; left--) {
        for (let x = row, end = row + run; x < end; x += 16)
          sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.extadd_pairwise_i8x16_u(v128.load(x)), ones));
        row += inRow;
      }
      sum = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
      store<i32>(to, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1));
      to += 4;
      at += PIXEL_BYTES;
    }
  }
  return scratch;
}
