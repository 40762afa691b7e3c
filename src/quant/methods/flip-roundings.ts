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
  const channels = q.scales.length;
  const size = weight.length / channels;
  const codes = new Int8Array(weight.length);
  const leanings = new Float32Array(size);
  const sums = new Float64Array(size / taps);
  for (let c = 0; c < channels; c++) {
    const exact = weight.subarray(c * size, (c + 1) * size);
    const channel: Channel = { codes: codes.subarray(c * size, (c + 1) * size), leanings, sums, taps };
    const zeroPoint = q.zeroPoints[c];
    round(channel, exact, f32(1 / q.scales[c]), zeroPoint, q.qmin - zeroPoint, q.qmax - zeroPoint);
    balanceKernels(channel);
    balanceChannel(channel);
  }
  return codes;
}

/** One output channel on its way. */
interface Channel {
  readonly codes: Int8Array;
  /** Code minus weight, in steps; 0 where the weight lies beyond the range, so that it has one code alone. */
  readonly leanings: Float32Array;
  /** Of each kernel, code minus weight, in steps. */
  readonly sums: Float64Array;
  readonly taps: number;
}

/** To nearest: fills in codes, leanings and sums. Each weight is visited here alone, so it is a loop without calls. */
function round(
  { codes, leanings, sums, taps }: Channel,
  weight: Float32Array,
  inverseScale: number,
  zeroPoint: number,
  low: number,
  high: number,
): void {
  for (let kernel = 0, i = 0; kernel < sums.length; kernel++) {
    let sum = 0;
    for (const end = i + taps; i < end; i++) {
      const exact = f32(weight[i] * inverseScale);
      const within = exact < low ? low : exact > high ? high : exact;
      const steps = roundSmall(within);
      codes[i] = zeroPoint + steps;
      leanings[i] = steps - within;
      sum += steps - exact;
    }
    sums[kernel] = sum;
  }
}

/** Flips in each kernel what leans most, until its errors sum to at most half a step or none leans to that side. */
function balanceKernels({ codes, leanings, sums, taps }: Channel): void {
  for (let kernel = 0; kernel < sums.length; kernel++) {
    const start = kernel * taps;
    const end = start + taps;
    let sum = sums[kernel];
    while (sum > 0.5 && flipOne(codes, leanings, start, end, 1)) sum--;
    while (sum < -0.5 && flipOne(codes, leanings, start, end, -1)) sum++;
    sums[kernel] = sum;
  }
}

/** Flips one code in each of the kernels whose sums lean most to the channel's side, until the channel's is balanced. */
function balanceChannel({ codes, leanings, sums, taps }: Channel): void {
  let total = 0;
  for (let k = 0; k < sums.length; k++) total += sums[k];
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
    if (flipOne(codes, leanings, kernel * taps, (kernel + 1) * taps, side)) total -= side;
    // Whether a code was flipped or none can be: this kernel is not asked again.
    sums[kernel] = 0;
  }
}

/** Moves the code that leans most to this side over to the other. @returns whether there was one */
function flipOne(codes: Int8Array, leanings: Float32Array, start: number, end: number, side: 1 | -1): boolean {
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
