// Weights with the int32 bias that other runtimes take, where ours adds a float32 one. Weights of few bits get smaller units,
// so that the bias is rounded to smaller ones. A bias too large for the units of its channel's accumulator is no reason to
// saturate: the channel gets a larger weight scale where that costs nothing that could be seen, else it is refused.
// Not for our own engines.
import type { Int8WeightedOp } from '../int8/int8-model';
import { PlaygroundError } from '../core/errors';
import type { QParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';

const f32 = Math.fround;
const MAX_INT32 = 2 ** 31 - 1;
/** Other runtimes saturate activations here, whatever the model's qmax is. */
const MAX_CODE = 255;
/**
 * qmax of 8-bit activations with reduce_range: what PyTorch's converted modules, and the exports on codes, let go on to
 * 255 where an activation leaves its observed range.
 */
export const REDUCED_QMAX = 127;
/** Most that coarser weights may move an output, in steps of its codes. */
const MOST_MOVED = 1 / 4;

/** Weights, some for each channel, and their biases. */
export type Layer = Pick<Int8WeightedOp, 'name' | 'weights' | 'weightBits' | 'weightScales' | 'bias'>;

/**
 * Bits of a weight whose products with this input can be added in pairs within 16 bits: runtimes do so on CPUs without
 * VNNI, and saturate.
 */
const safeBits = ({ qmax }: QParams): number => (qmax > REDUCED_QMAX ? 7 : 8);

/** A layer's weights as other runtimes take them; scale and bias per output channel. */
export interface Int32Biased {
  /** In the order of the layer's. */
  readonly weights: Int8Array;
  readonly weightScales: Float32Array;
  /** In units of the accumulator, rounded half to even: with any input's sum it stays within 32 bits. */
  readonly bias: Int32Array;
  /** Those units, sx * sw. */
  readonly biasScales: Float32Array;
}

/**
 * @param input, output what the layer reads and writes
 * @param bits that a weight takes in the file. Where the layer's need fewer, codes are multiplied, and scales divided, by the
 * power of two that fills them, as far as sums stay safe: the weights are the same
 * @throws PlaygroundError 'unsupported' naming layer and channel where no weight scale is right for both, bias and weights
 */
export function withInt32Bias(layer: Layer, input: QParams, output: QParams, bits: 8 | 4 = 8): Int32Biased {
  const channels = layer.bias.length;
  const terms = layer.weights.length / channels;
  const finer = 2 ** Math.max(0, Math.min(bits, safeBits(input)) - layer.weightBits);
  const weights = layer.weights.map((code) => code * finer);
  const weightScales = layer.weightScales.map((scale) => scale / finer);
  const biasScales = new Float32Array(channels);
  const reach = Math.max(input.zeroPoint, MAX_CODE - input.zeroPoint);
  // Rounding coarser weights may add half a unit for each term.
  const most = MAX_INT32 - reach * terms;
  const bias = Int32Array.from(layer.bias, (value, channel) => {
    const codes = weights.subarray(channel * terms, (channel + 1) * terms);
    const before = f32(f32(input.scale) * weightScales[channel]);
    const units = f32(value / before);
    const sums = reach * codes.reduce((sum, code) => sum + Math.abs(code), 0);
    // A power of two, so that the scale and what it divides stay exact.
    const coarser = 2 ** Math.max(0, Math.ceil(Math.log2((Math.abs(units) + sums) / most)));
    biasScales[channel] = before * coarser;
    if (coarser === 1) return roundHalfEven(units);
    let lost = 0;
    codes.forEach((code, i) => {
      codes[i] = roundHalfEven(code / coarser);
      lost += Math.abs(code - codes[i] * coarser);
    });
    if (lost * reach * before > MOST_MOVED * output.scale)
      throw new PlaygroundError(
        'unsupported',
        `The bias of ${layer.name}, channel ${channel}, is too large for the 32-bit integers that this format has.`,
        "Save the model as the playground's own file, which holds biases as floats, or export another one.",
      );
    weightScales[channel] *= coarser;
    return roundHalfEven(f32(units / coarser));
  });
  return { weights, weightScales, bias, biasScales };
}
