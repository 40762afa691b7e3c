// Parameters with which our float32 quantizes a ConvBn's weight to PyTorch's codes. PyTorch's square root is not correctly
// rounded, and differently so on each CPU, and the extreme weight of a channel lies on the tie 127.5: the last bit of
// gamma / sigma decides over a whole code and over a gradient (reference/README.md). Given PyTorch's choice there, what
// the codes lead to can be compared as closely as where nothing ties. Not for finding codes that nothing ties.
import type { Param, ParamStore } from '../../src/core/params';
import type { ObservedRange } from '../../src/core/qparams';
import { roundHalfEven } from '../../src/core/rounding';
import { channelQParams } from '../../src/quant/qparams';
import type { QuantRule } from '../../src/quant/types';

const f32 = Math.fround;

/** What PyTorch's weight observer saw, of which weight, and how it is quantized. */
export interface TorchWeight {
  /** OIHW, before gamma / sigma. */
  readonly weight: Float32Array;
  readonly range: ObservedRange;
  readonly rule: QuantRule;
  readonly eps: number;
}

/** Codes before they are clamped: whether one passes 127 decides over its gradient. @param scaled OIHW, by gamma / sigma */
export function weightCodes(scaled: Float32Array, range: ObservedRange, rule: QuantRule): Float64Array {
  const { scales } = channelQParams(range, rule);
  const size = scaled.length / scales.length;
  return Float64Array.from(scaled, (x, i) => roundHalfEven(f32(x * f32(1 / scales[Math.floor(i / size)]))));
}

/** Smallest and largest value of each output channel. */
export function channelRange(scaled: Float32Array, channels: number): ObservedRange {
  const size = scaled.length / channels;
  const rows = Array.from({ length: channels }, (_, c) => scaled.subarray(c * size, (c + 1) * size));
  const of = (pick: (...values: number[]) => number) => Float32Array.from(rows, (row) => pick(...row));
  return { min: of(Math.min), max: of(Math.max) };
}

/**
 * `params` with gamma and running variance of each channel moved by a unit or two in the last place, where that is
 * needed for PyTorch's codes.
 * @param codesOf the codes of what is under test
 * @throws Error naming a channel whose codes are not the rounding's: those of no neighbouring gamma and variance
 */
export function withTorchCodes(
  params: ParamStore,
  torch: TorchWeight,
  codesOf: (params: ParamStore) => Float64Array,
): ParamStore {
  const [gammas, variances] = ['bn.weight', 'bn.running_var'].map((name) => params.get(name)!.data);
  const wanted = weightCodes(torchScaled(torch, gammas, variances), torch.range, torch.rule);
  const channels = gammas.length;
  const size = wanted.length / channels;
  const [gamma, variance] = [gammas.slice(), variances.slice()];
  const open = new Set(gammas.keys());
  for (const move of MOVES) {
    const [movedGammas, movedVariances] = [moved(gammas, move.gamma), moved(variances, move.variance)];
    const codes = codesOf(withBatchNorm(params, movedGammas, movedVariances));
    for (const channel of open) {
      const [from, to] = [channel * size, (channel + 1) * size];
      if (!codes.subarray(from, to).every((code, i) => code === wanted[from + i])) continue;
      open.delete(channel);
      [gamma[channel], variance[channel]] = [movedGammas[channel], movedVariances[channel]];
    }
    if (open.size === 0) return withBatchNorm(params, gamma, variance);
  }
  throw new Error(`Channels ${[...open].join()}: their codes are not PyTorch's, however gamma / sigma is rounded`);
}

/** Units in the last place; the nearest first, so that what agrees stays. */
const STEPS = [-2, -1, 0, 1, 2];
const MOVES = STEPS.flatMap((gamma) => STEPS.map((variance) => ({ gamma, variance }))).sort(
  (a, b) => Math.abs(a.gamma) + Math.abs(a.variance) - Math.abs(b.gamma) - Math.abs(b.variance),
);

/** PyTorch's weight * (gamma / sigma): sigma is the square root's float32, or a neighbour, that gives its range. */
function torchScaled({ weight, range, eps }: TorchWeight, gammas: Float32Array, variances: Float32Array): Float32Array {
  const size = weight.length / gammas.length;
  const out = new Float32Array(weight.length);
  gammas.forEach((gamma, c) => {
    const root = Float32Array.of(Math.sqrt(f32(variances[c] + f32(eps))));
    const found = [0, -1, 1].some((ulps) => {
      const factor = f32(gamma / moved(root, ulps)[0]);
      out.set(
        weight.subarray(c * size, (c + 1) * size).map((w) => w * factor),
        c * size,
      );
      const { min, max } = channelRange(out.subarray(c * size, (c + 1) * size), 1);
      return min[0] === range.min[c] && max[0] === range.max[c];
    });
    if (!found) throw new Error(`Channel ${c}: no square root within a unit in the last place gives PyTorch's range`);
  });
  return out;
}

/** Every value so many units in the last place further from zero. */
function moved(values: Float32Array, ulps: number): Float32Array {
  return new Float32Array(new Int32Array(values.slice().buffer).map((bits) => bits + ulps).buffer);
}

function withBatchNorm(params: ParamStore, gamma: Float32Array, variance: Float32Array): ParamStore {
  const vector = (data: Float32Array): Param => ({ shape: [data.length], data });
  return new Map(params).set('bn.weight', vector(gamma)).set('bn.running_var', vector(variance));
}
