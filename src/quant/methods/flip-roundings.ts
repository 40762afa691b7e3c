// Weight codes whose rounding errors cancel, without data, in the manner of SQuant (Guo et al., ICLR 2022): what reads
// a ReLU's output is mostly positive, so that it is the sum of errors that moves a layer's output.
// Not for roundings that are learned from data, nor for ranges.
import type { PerChannelQParams } from '../../core/qparams';
import { roundSmall } from '../../core/rounding';

const f32 = Math.fround;

/**
 * Rounds to nearest, then flips the roundings that were closest to a tie to the code on the other side: in each kernel
 * until its errors sum to at most half a step, then in each output channel, at most one more in a kernel, until those of
 * the channel do. A code at the end of the range is not flipped beyond it.
 * @param weight output channels first, as many as q has; the `taps` weights of one kernel lie together
 * @returns codes in the weight's layout, each within one step of the weight where its range holds that
 */
export function flipRoundings(weight: Float32Array, q: PerChannelQParams, taps: number): Int8Array {
  const size = weight.length / q.scales.length;
  const codes = new Int8Array(weight.length);
  const leanings = new Float32Array(size);
  const sums = new Float64Array(size / taps);
  for (let c = 0; c < q.scales.length; c++) {
    const rounded: Rounded = { codes: codes.subarray(c * size, (c + 1) * size), leanings };
    const inverse = f32(1 / q.scales[c]);
    const zeroPoint = q.zeroPoints[c];
    const [low, high] = [q.qmin - zeroPoint, q.qmax - zeroPoint];
    for (let kernel = 0; kernel < sums.length; kernel++) {
      const [start, end] = [kernel * taps, (kernel + 1) * taps];
      let sum = 0;
      for (let i = start; i < end; i++) {
        const exact = f32(weight[c * size + i] * inverse);
        const steps = roundSmall(exact < low ? low : exact > high ? high : exact);
        const error = steps - exact;
        rounded.codes[i] = steps + zeroPoint;
        leanings[i] = (steps === low && error > 0) || (steps === high && error < 0) ? 0 : error;
        sum += error;
      }
      while (sum > 0.5 && flipOne(rounded, start, end, 1)) sum--;
      while (sum < -0.5 && flipOne(rounded, start, end, -1)) sum++;
      sums[kernel] = sum;
    }
    balance(rounded, sums, taps);
  }
  return codes;
}

/** One output channel. */
interface Rounded {
  readonly codes: Int8Array;
  /** Code minus weight, in steps; 0 where the code on the other side of the weight is beyond the range. */
  readonly leanings: Float32Array;
}

/** Moves the code that leans most to this side over to the other. @returns whether there was one */
function flipOne({ codes, leanings }: Rounded, start: number, end: number, side: 1 | -1): boolean {
  let largest = 0;
  let at = -1;
  for (let i = start; i < end; i++) {
    const leaning = leanings[i] * side;
    if (leaning > largest) {
      largest = leaning;
      at = i;
    }
  }
  if (at < 0) return false;
  codes[at] -= side;
  leanings[at] -= side;
  return true;
}

/** Flips one code in each of the kernels whose sums lean most to the channel's side, until the channel's is balanced. */
function balance(rounded: Rounded, sums: Float64Array, taps: number): void {
  let total = 0;
  for (const sum of sums) total += sum;
  const side = total > 0 ? 1 : -1;
  while (total * side > 0.5) {
    let most = 0;
    let kernel = -1;
    for (let k = 0; k < sums.length; k++)
      if (sums[k] * side > most) {
        most = sums[k] * side;
        kernel = k;
      }
    if (kernel < 0) return;
    if (flipOne(rounded, kernel * taps, (kernel + 1) * taps, side)) total -= side;
    // Whether a code was flipped or none can be: this kernel is not asked again.
    sums[kernel] = 0;
  }
}
