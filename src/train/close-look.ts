// One training step seen in a few weights of one layer: their codes as the forward pass rounded them, the straight-through
// gradient, what the optimizer made of them. Asked for by hand; else nothing of this runs. Not for the step: trainer.ts.
import * as tf from '@tensorflow/tfjs';
import { clamp, unclampedCode } from '../quant/fake-quant';
import type { QuantizedWeight } from './quantized-weights';
import type { ForwardUpdates } from './train-forward';

/** Weights that are told of, at most. */
const MOST = 64;

/** One weight before and after a step. */
export interface SeenWeight {
  readonly before: number;
  readonly after: number;
  /** Of the loss, by the straight-through estimator: 0 where `passes` is false. */
  readonly gradient: number;
  /** The code before clamping was within the ends. */
  readonly passes: boolean;
  readonly codes: readonly [before: number, after: number];
}

/** Plain data. */
export interface CloseLook {
  /** Id of its node. */
  readonly layer: string;
  readonly qmin: number;
  readonly qmax: number;
  /** Output channel in which most codes flipped, of how many. */
  readonly channel: number;
  readonly channels: number;
  /** Width and height of a kernel; 1 of a linear layer. */
  readonly kernel: number;
  /** Input channels of the kernels, those with codes that flipped first. */
  readonly inputs: readonly number[];
  /** Kernel by kernel, each row by row. */
  readonly weights: readonly SeenWeight[];
  /** Of the channel: what a weight is multiplied by before it is rounded, batch norm's gain over its deviation or 1. */
  readonly factor: readonly [before: number, after: number];
  /** Of the channel: between two codes, in weights times their factor. */
  readonly scale: readonly [before: number, after: number];
  /** Of the whole layer. */
  readonly total: number;
  readonly flipped: number;
  readonly clipped: number;
}

/** In tfjs's layout: the last axis is the output channels. */
interface Read {
  readonly scale: Float32Array;
  readonly factor: Float32Array;
  readonly values: Float32Array;
}

export class CloseLooking {
  private readonly before: tf.Tensor1D;
  private readonly gradient: tf.Tensor;

  /**
   * To be called in a scope, before the step changes anything; copies are kept until `after` or `dispose`.
   * @param updates of the forward pass, by which it rounded
   */
  constructor(
    private readonly weight: QuantizedWeight,
    gradient: tf.Tensor,
    updates: ForwardUpdates,
  ) {
    this.before = tf.keep(together(weight, updates));
    this.gradient = tf.keep(tf.clone(gradient));
  }

  /** After the step: what it did. The codes after it are by the scale with which the layer goes into the next step. */
  async after(): Promise<CloseLook> {
    const { weight } = this;
    const now = tf.tidy(() => together(weight));
    try {
      const [before, after, gradient] = await Promise.all(
        [this.before, now, this.gradient].map((tensor) => tensor.data<'float32'>()),
      );
      return lookOf(weight, apart(weight, before), apart(weight, after), gradient);
    } finally {
      now.dispose();
      this.dispose();
    }
  }

  dispose(): void {
    tf.dispose([this.before, this.gradient]);
  }
}

/** Scales, factors and weights: a device is asked once. */
function together({ variable, steps }: QuantizedWeight, updates?: ForwardUpdates): tf.Tensor1D {
  const { scale, factor } = steps(updates);
  return tf.concat1d([scale, factor, tf.reshape(variable, [-1])]);
}

const apart = ({ channels }: QuantizedWeight, values: Float32Array): Read => ({
  scale: values.subarray(0, channels),
  factor: values.subarray(channels, 2 * channels),
  values: values.subarray(2 * channels),
});

function lookOf(weight: QuantizedWeight, before: Read, after: Read, gradient: Float32Array): CloseLook {
  const { channels, qmin, qmax, id: layer } = weight;
  const { shape } = weight.variable;
  const total = gradient.length;
  const flips = new Uint32Array(channels);
  const code = ({ scale, factor, values }: Read, i: number): number => {
    const c = i % channels;
    return unclampedCode(Math.fround(values[i] * factor[c]), Math.fround(1 / scale[c]), 0);
  };
  const codes = (i: number): [number, number] => [
    clamp(code(before, i), qmin, qmax),
    clamp(code(after, i), qmin, qmax),
  ];
  const passes = (i: number): boolean => clamp(code(before, i), qmin, qmax) === code(before, i);
  const flipped = (i: number): boolean => {
    const [then, now] = codes(i);
    return then !== now;
  };
  let clipped = 0;
  for (let i = 0; i < total; i++) {
    if (flipped(i)) flips[i % channels]++;
    if (!passes(i)) clipped++;
  }
  const channel = flips.indexOf(Math.max(...flips));
  const [kernel, inputs] = shape.length === 4 ? [shape[0], shape[2]] : [1, shape[0]];
  /** Of one kernel in the layout [kernel * kernel, inputs, channels]. */
  const places = (input: number): number[] =>
    Array.from({ length: kernel * kernel }, (_, tap) => (tap * inputs + input) * channels + channel);
  const most = Math.max(1, Math.floor(MOST / kernel ** 2));
  const shown = Array.from({ length: inputs }, (_, input) => ({ input, flips: places(input).filter(flipped).length }))
    .sort((a, b) => b.flips - a.flips)
    .slice(0, most)
    .map(({ input }) => input);
  return {
    ...{ layer, qmin, qmax, channel, channels, kernel, inputs: shown, total, clipped },
    flipped: flips.reduce((sum, count) => sum + count, 0),
    factor: [before.factor[channel], after.factor[channel]],
    scale: [before.scale[channel], after.scale[channel]],
    weights: shown.flatMap(places).map((i) => ({
      ...{ before: before.values[i], after: after.values[i] },
      ...{ gradient: gradient[i], passes: passes(i), codes: codes(i) },
    })),
  };
}
