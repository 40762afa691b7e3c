// Two convolutions after each other, swept over what kernels stumble on: channels around tile edges, windows, strides
// and padding on small oblong maps, extreme weights, zero points at both ends, ties. Seeded; not for real networks.
import type { Int8Model } from '../../int8/int8-model';
import { Rng } from '../../core/rng';
import type { Window } from '../../core/window';
import { ModelBuilder, gaussianWeights, randomImages, type Weighted } from './models';

/**
 * `small`: within -32..32, so that every kernel is exact with 7-bit activations. `lowest`, `highest`: all -128, all 127.
 * `alternating`: 127, -128, 127... `ties`: sums times the multiplier are whole or end in one half.
 */
export const PATTERNS = ['gaussian', 'small', 'lowest', 'highest', 'alternating', 'ties'] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface SweptModel {
  readonly model: Int8Model;
  readonly pattern: Pattern;
  /** Three images: random, all 0, all the largest code. */
  readonly images: Uint8Array;
  readonly n: number;
}

const unique = (values: number[]): number[] => [...new Set(values)];
const WINDOWS: readonly Window[] = [1, 2, 3].flatMap((stride) =>
  [1, 2, 3, 5, 7].flatMap((kernel) =>
    unique([0, kernel >> 1, kernel - 1]).map((pad): Window => ({ kernel, stride, pad })),
  ),
);

/** Up to two channels more than two blocks of 32 and a tile of 4. */
const CHANNELS = 70;
/** Every number of channels is in it, and every window twice in each place. */
export const SWEEP_LENGTH = 2 * WINDOWS.length;

/** Of every tensor, so that the multiplier is the weight's scale. */
const SCALE = 0.0625;
/** Zero points as parts of qmax: at the ends and between; sums of one sign leave only some codes to be seen. */
const ZERO_POINTS: Record<Pattern, number[]> = {
  gaussian: [0, 0.3, 1],
  small: [0, 0.5, 1],
  lowest: [0.5, 0.7, 1],
  highest: [0, 0.3, 0.5],
  alternating: [0, 0.4, 1],
  ties: [0, 0.5, 1],
};
export const pick = <T>(rng: Rng, choices: readonly T[]): T => choices[rng.below(choices.length)];

function weightsOf(pattern: Pattern, channels: number, values: number, rng: Rng): Int8Array {
  const of = (code: (index: number) => number): Int8Array =>
    Int8Array.from({ length: channels * values }, (_, i) => code(i));
  switch (pattern) {
    case 'gaussian':
      return gaussianWeights(channels, values, rng);
    case 'small':
      return of(() => rng.below(65) - 32);
    case 'lowest':
      return of(() => -128);
    case 'highest':
      return of(() => 127);
    case 'alternating':
      return of((i) => (i % 2 === 0 ? 127 : -128));
    case 'ties':
      // About four taps of a channel count.
      return of(() => (rng.below(values) < 4 ? pick(rng, [-64, 64]) : 0));
  }
}

/** Scales with which the sums cover the codes 0..qmax; a bias of a few codes, none where ties must stay ties. */
function weightedOf(pattern: Pattern, channels: number, values: number, qmax: number, rng: Rng): Weighted {
  const spread: Record<Pattern, number> = {
    gaussian: Math.sqrt(values) * 40 * 40,
    small: Math.sqrt(values) * 20 * 40,
    lowest: values * 128 * qmax * 0.5,
    highest: values * 127 * qmax * 0.5,
    alternating: Math.sqrt(values) * 127 * 40,
    ties: 128 * qmax,
  };
  const weightScales = Float32Array.from(
    { length: channels },
    () => (qmax / spread[pattern]) * (pattern === 'ties' ? 1 : 0.25 + 1.5 * rng.uniform()),
  );
  const bias = Float32Array.from({ length: channels }, () => (pattern === 'ties' ? 0 : (rng.uniform() - 0.5) * 4));
  return { weights: weightsOf(pattern, channels, values, rng), weightBits: 8, weightScales, bias };
}

/** The first window from `start` on that fits the map. */
function windowAt(start: number, h: number, w: number): Window {
  const turned = WINDOWS.map((_, i) => WINDOWS[(start + i) % WINDOWS.length]);
  return turned.find(({ kernel, pad }) => Math.min(h, w) + 2 * pad >= kernel) ?? WINDOWS[0];
}

/** Model number `index` of 0..SWEEP_LENGTH-1. */
export function sweptModel(index: number): SweptModel {
  const rng = new Rng(index);
  const pattern = PATTERNS[(index + Math.floor(index / WINDOWS.length)) % PATTERNS.length];
  const qmax = pick(rng, [127, 127, 127, 15, 255]);
  const builder = new ModelBuilder(rng, qmax);
  let x = builder.tensor(
    ...([1 + (index % 9), 1 + ((5 * index + 3) % 9), 1 + (index % CHANNELS)] as const),
    ...([pick(rng, [0, qmax >> 1, qmax]), SCALE] as const),
  );
  for (const turn of [0, 1]) {
    const { h, w, c } = builder.tensors[x];
    const { kernel, stride, pad } = windowAt(turn === 0 ? index : 5 * index + 7, h, w);
    const cout = 1 + ((37 * index + 23 * turn + 11) % CHANNELS);
    const weighted = weightedOf(pattern, cout, kernel * kernel * c, qmax, rng);
    const relu = rng.below(3) === 0;
    // Above the largest code ReLU leaves nothing to be seen.
    const parts = ZERO_POINTS[pattern].filter((part) => part < 1 || !relu);
    const zeroPoint = Math.floor(pick(rng, parts) * qmax);
    x = builder.conv(x, cout, kernel, stride, pad, { ...weighted, zeroPoint, relu, scale: SCALE });
  }
  const model = builder.build(`${index} ${pattern}`);
  const random = randomImages(model, 1, index);
  const images = new Uint8Array(3 * random.length);
  images.set(random);
  images.fill(qmax, 2 * random.length);
  return { model, pattern, images, n: 3 };
}

const FEW_BITS_PATTERNS = ['any', 'lowest', 'highest', 'alternating', 'gaussian'] as const;
/** Models of each pair of widths. */
const FEW_BITS_EACH = 3;
const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
export const FEW_BITS_LENGTH = WIDTHS.length ** 2 * FEW_BITS_EACH;

export interface FewBitsModel {
  readonly model: Int8Model;
  readonly weightBits: number;
  readonly activationBits: number;
  /** Three images: random, all 0, all the largest code. */
  readonly images: Uint8Array;
  readonly n: number;
}

/**
 * Model number `index` of 0..FEW_BITS_LENGTH-1: two convolutions whose input is no image, so that every kernel whose sums
 * fit takes them. `any`: every code as often.
 */
export function fewBitsModel(index: number): FewBitsModel {
  const rng = new Rng(1000 + index);
  const weightBits = WIDTHS[index % 7];
  const activationBits = WIDTHS[Math.floor(index / 7) % 7];
  const pattern = FEW_BITS_PATTERNS[(index + Math.floor(index / 7)) % FEW_BITS_PATTERNS.length];
  const qmax = 2 ** activationBits - 1;
  const builder = new ModelBuilder(rng, qmax, weightBits);
  const [h, w, channels] = [1 + rng.below(5), 1 + rng.below(5), 1 + rng.below(CHANNELS)];
  let x = builder.maxpool(builder.tensor(h, w, channels, pick(rng, [0, qmax >> 1, qmax]), SCALE), 1, 1, 0);
  for (const turn of [0, 1]) {
    const source = builder.tensors[x];
    const { kernel, stride, pad } = windowAt(5 * index + 7 * turn, source.h, source.w);
    // Lookups take whole blocks of 64 channels.
    const cout = weightBits === 2 ? 33 + rng.below(32) + 64 * rng.below(2) : 1 + rng.below(CHANNELS);
    const values = kernel * kernel * source.c;
    const half = 2 ** (weightBits - 1);
    const code: Record<typeof pattern, (i: number) => number> = {
      gaussian: () => 0,
      any: () => rng.below(2 * half) - half,
      lowest: () => -half,
      highest: () => half - 1,
      alternating: (i) => (i % 2 === 0 ? half - 1 : -half),
    };
    const weights =
      pattern === 'gaussian'
        ? gaussianWeights(cout, values, rng, weightBits)
        : Int8Array.from({ length: cout * values }, (_, i) => code[pattern](i));
    const spread = pattern === 'lowest' || pattern === 'highest' ? values * half : Math.sqrt(values) * half;
    const weightScales = Float32Array.from({ length: cout }, () => (0.25 + 1.5 * rng.uniform()) / spread);
    const bias = Float32Array.from({ length: cout }, () => (rng.uniform() - 0.5) * qmax * SCALE);
    const zeroPoint = Math.floor(pick(rng, [0.2, 0.5, 0.8]) * qmax);
    const relu = turn === 0 && rng.below(2) === 0;
    x = builder.conv(x, cout, kernel, stride, pad, {
      ...{ weights, weightBits, weightScales, bias, zeroPoint, relu, scale: SCALE },
    });
  }
  const model = builder.build(`${index} W${weightBits}A${activationBits} ${pattern}`);
  const random = randomImages(model, 1, index);
  const images = new Uint8Array(3 * random.length);
  images.set(random);
  images.fill(qmax, 2 * random.length);
  return { model, weightBits, activationBits, images, n: 3 };
}
