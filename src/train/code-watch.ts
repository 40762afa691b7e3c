// Watches the integer codes of a training's weights from step to step: how many flip, how many oscillate; holds those that
// do, where that is asked for. Not for the arithmetic of a frequency: oscillations.ts.
import * as tf from '@tensorflow/tfjs';
import { roundSmall } from '../core/rounding';
import { tidy } from '../device/tidy';
import { Oscillations, type OscillationState } from './oscillations';
import type { QuantizedWeight } from './quantized-weights';

/** Weights that are watched where none is to be held: each step reads them back, and shares of so many tell enough. */
const SAMPLE = 2 ** 15;

/** Of one layer's weights. */
export interface LayerCodes {
  /** Id of its node. */
  readonly id: string;
  /** As of all of them. */
  readonly flipping: number;
  /** Mean of its scales. */
  readonly scale: number;
}

/** Shares, 0..1, of the codes of fake-quantized weights. */
export interface CodeFlips {
  /** Changed by the last step. */
  readonly flipping: number;
  /** Of a running frequency of changes back and forth above 0.005. */
  readonly oscillating: number;
  readonly layers: readonly LayerCodes[];
}

export class CodeWatch {
  /** By node id; none before the first look. */
  private readonly oscillations = new Map<string, Oscillations>();
  /** Every how manieth weight is watched: an odd number, so that all channels are. */
  private readonly stride: number;

  /**
   * @param holds whether weights are held: then all are watched, else evenly spread ones
   * @param state to go on from, by node id; empty before the first step
   */
  constructor(
    private readonly weights: readonly QuantizedWeight[],
    private readonly holds: boolean,
    state: ReadonlyMap<string, OscillationState>,
  ) {
    const total = weights.reduce((sum, { variable }) => sum + variable.size, 0);
    this.stride = holds ? 1 : Math.ceil(total / SAMPLE) | 1;
    for (const [id, known] of state) this.oscillations.set(id, new Oscillations(known));
  }

  /**
   * After a step: with the weights as it left them, and the scales by which the next one will quantize them (an observed range
   * is that of the step). @param threshold as of Oscillations.look, where weights are held
   * @returns nothing at the first look
   */
  async look(threshold?: number): Promise<CodeFlips | undefined> {
    let [watched, flips, oscillating] = [0, 0, 0];
    let first = false;
    const layers: LayerCodes[] = [];
    // A device is asked once; where all weights are watched, once for each tensor, so that no two are copied at a time.
    for (const group of this.holds ? this.weights.map((weight) => [weight]) : [this.weights]) {
      for (const [weight, seen] of await this.read(group)) {
        const codes = codesOf(seen, weight, this.stride);
        const known = this.oscillations.get(weight.id);
        if (!known) {
          this.oscillations.set(weight.id, new Oscillations(codes));
          first = true;
          continue;
        }
        watched += codes.length;
        const flipped = known.look(codes, this.holds ? threshold : undefined);
        flips += flipped;
        layers.push({ id: weight.id, flipping: flipped / codes.length, scale: meanOf(seen.scales) });
        oscillating += known.oscillating * codes.length;
        if (known.held.length > 0) putBack(weight, known, seen);
      }
    }
    return first || watched === 0
      ? undefined
      : { flipping: flips / watched, oscillating: oscillating / watched, layers };
  }

  /** What to go on from where weights are held, which changes what is trained; else nothing. */
  get state(): ReadonlyMap<string, OscillationState> {
    return new Map(this.holds ? [...this.oscillations].map(([id, known]) => [id, known.read()]) : []);
  }

  private async read(weights: readonly QuantizedWeight[]): Promise<[QuantizedWeight, Seen][]> {
    if (weights.length === 0) return [];
    const all = tidy(() =>
      tf.concat1d(
        weights.flatMap(({ variable, steps }) => {
          const { scale, factor } = steps();
          const flat = tf.reshape(variable, [-1]);
          return [scale, factor, tf.stridedSlice(flat, [0], [flat.size], [this.stride]) as tf.Tensor1D];
        }),
      ),
    );
    try {
      const values = await all.data<'float32'>();
      let at = 0;
      const next = (length: number) => values.subarray(at, (at += length));
      return weights.map((weight) => {
        const [scales, factors] = [next(weight.channels), next(weight.channels)];
        return [weight, { scales, factors, weights: next(Math.ceil(weight.variable.size / this.stride)) }];
      });
    } finally {
      all.dispose();
    }
  }
}

interface Seen {
  readonly scales: Float32Array;
  readonly factors: Float32Array;
  /** Every stride-th. */
  readonly weights: Float32Array;
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function codesOf(
  { scales, factors, weights }: Seen,
  { channels, qmin, qmax }: QuantizedWeight,
  stride: number,
): Int8Array {
  const codes = new Int8Array(weights.length);
  const perWeight = scales.map((scale, c) => factors[c] / scale);
  const step = stride % channels;
  for (let i = 0, c = 0; i < weights.length; i++) {
    codes[i] = Math.min(Math.max(roundSmall(weights[i] * perWeight[c]), qmin), qmax);
    c += step;
    if (c >= channels) c -= channels;
  }
  return codes;
}

/** Weights that are held get the value of their code again, whatever the step made of them. */
function putBack(
  { variable, channels }: QuantizedWeight,
  { held, codes }: Oscillations,
  { scales, factors }: Seen,
): void {
  const values = Float32Array.from(held, (i) => (codes[i] * scales[i % channels]) / factors[i % channels]);
  tidy(() => {
    const at = tf.tensor2d(Int32Array.from(held), [held.length, 1], 'int32');
    const flat = tf.reshape(variable, [-1]);
    variable.assign(tf.reshape(tf.tensorScatterUpdate(flat, at, tf.tensor1d(values)), variable.shape));
  });
}
