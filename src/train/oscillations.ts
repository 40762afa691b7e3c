// How often the integer codes of weights change back and forth, and which of them are held for it: Nagel et al. 2022,
// "Overcoming Oscillations in Quantization-Aware Training", sections 3 and 4.3. Not for where codes come from: code-watch.ts.

/** m: what one look adds to a running frequency and to a running mean. */
const MOMENTUM = 0.01;
/** A weight whose running frequency is above this oscillates. */
const OSCILLATES = 0.005;
/** Weights of which those that oscillate are counted, at most. */
const COUNTED = 2 ** 17;
/** In the place of a direction: the code is held. */
const HELD = 2;

/** Plain data of one tensor, as much as it takes to go on. Weights in the order in which they are looked at. */
export interface OscillationState {
  readonly looks: number;
  /** As seen last, or held. */
  readonly codes: Int8Array;
  /** Of the last change: 1 up, -1 down, 0 there was none; 2 for a code that is held. */
  readonly directions: Int8Array;
  /** Look at which the code changed last. */
  readonly changed: Int32Array;
  /** As it was then. */
  readonly frequencies: Float32Array;
  readonly means: Float32Array;
}

/**
 * At each look f = m o + (1 - m) f, o = 1 where the code changed against the direction of its last change, else 0; and the
 * code's running mean p = m code + (1 - m) p, from the first code on. Between changes both only decay, so that a look costs a
 * comparison for each code, and arithmetic for those that changed.
 */
export class Oscillations {
  /** Weights whose code is held, in the order in which they came to it. */
  readonly held: number[] = [];
  private looks = 0;
  private readonly directions: Int8Array;
  private readonly changed: Int32Array;
  private readonly frequencies: Float32Array;
  private readonly means: Float32Array;

  /** @param codes at the first look, which are kept and changed, or where to go on */
  constructor(start: Int8Array | OscillationState) {
    if (start instanceof Int8Array) {
      this.codes = start;
      this.directions = new Int8Array(start.length);
      this.changed = new Int32Array(start.length);
      this.frequencies = new Float32Array(start.length);
      this.means = Float32Array.from(start);
    } else {
      const { looks, codes, directions, changed, frequencies, means } = start;
      this.looks = looks;
      this.codes = codes.slice();
      this.directions = directions.slice();
      this.changed = changed.slice();
      this.frequencies = frequencies.slice();
      this.means = means.slice();
      directions.forEach((direction, i) => direction === HELD && this.held.push(i));
    }
  }

  /** By weight, as seen last, or held. */
  readonly codes: Int8Array;

  /**
   * The next look. @param threshold a weight that changes and whose frequency then is above it is held from then on, at its
   * running mean rounded; what becomes of its code does not count @returns codes that changed since the look before
   */
  look(codes: Int8Array, threshold = Infinity): number {
    this.looks++;
    const { codes: known, directions } = this;
    let flips = 0;
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] === known[i] || directions[i] === HELD) continue;
      flips++;
      this.change(i, codes[i], threshold);
    }
    return flips;
  }

  /** Share (0..1) of the weights that oscillate; of many weights, of evenly spread ones. */
  get oscillating(): number {
    const stride = Math.ceil(this.codes.length / COUNTED);
    let [found, counted] = [0, 0];
    for (let i = 0; i < this.codes.length; i += stride, counted++)
      if (this.frequencies[i] > 0 && this.frequencyOf(i) > OSCILLATES) found++;
    return counted === 0 ? 0 : found / counted;
  }

  /** The running frequency of a weight, 0..1. */
  frequencyOf(i: number): number {
    return this.frequencies[i] * (1 - MOMENTUM) ** (this.looks - this.changed[i]);
  }

  /** Copies, to go on from. */
  read(): OscillationState {
    const { looks, codes, directions, changed, frequencies, means } = this;
    return {
      ...{ looks, codes: codes.slice(), directions: directions.slice(), changed: changed.slice() },
      ...{ frequencies: frequencies.slice(), means: means.slice() },
    };
  }

  private change(i: number, code: number, threshold: number): void {
    const before = this.codes[i];
    const decay = (1 - MOMENTUM) ** (this.looks - 1 - this.changed[i]);
    const direction = code > before ? 1 : -1;
    const turned = this.directions[i] === -direction ? MOMENTUM : 0;
    const frequency = turned + (1 - MOMENTUM) * this.frequencies[i] * decay;
    const mean = MOMENTUM * code + (1 - MOMENTUM) * (before + (this.means[i] - before) * decay);
    this.frequencies[i] = frequency;
    this.means[i] = mean;
    this.changed[i] = this.looks;
    const holds = frequency > threshold;
    this.codes[i] = holds ? Math.round(mean) : code;
    this.directions[i] = holds ? HELD : direction;
    if (holds) this.held.push(i);
  }
}
