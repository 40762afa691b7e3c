// The article's path, and which step reads which choice: what a changed choice makes stale. Not for what the steps do.
import { CHOICES, type Choice, type Recipe } from '../recipe/recipe';

/** In order. */
export const STEP_IDS = [
  'load',
  'fuse',
  'verify',
  'configure',
  'prepare',
  'train',
  'convert',
  'compare',
  'save',
] as const;
export type StepId = (typeof STEP_IDS)[number];

/** What they give is the same for all runs with the same backend choice. */
export const SHARED_STEPS: readonly StepId[] = ['load', 'fuse', 'verify'];

/** The first step that reads a choice; all that come after it work on what it made of it. */
export const READ_BY: Readonly<Record<Choice, StepId>> = {
  backend: 'load',
  qconfig: 'configure',
  reduceRange: 'configure',
  weightScheme: 'configure',
  narrowRange: 'configure',
  powerOfTwo: 'configure',
  weightBits: 'configure',
  activationBits: 'configure',
  keepEight: 'configure',
  layerBits: 'configure',
  ranges: 'configure',
  weightRanges: 'configure',
  rounding: 'configure',
  correctBias: 'configure',
  equalize: 'configure',
  batchNorm: 'prepare',
  fuseAddRelu: 'prepare',
  beginAt: 'train',
  steps: 'train',
  batch: 'train',
  learningRate: 'train',
  schedule: 'train',
  seed: 'train',
  optimizer: 'train',
  distillation: 'train',
  averaging: 'train',
  oscillations: 'train',
  augmentation: 'train',
  reestimateBatchNorm: 'train',
  images: 'compare',
};

/** Choices that differ between two recipes. */
export const differing = (a: Recipe, b: Recipe): readonly Choice[] =>
  CHOICES.filter((choice) => a[choice] !== b[choice]);

/** Whether what a step gave for one recipe is what it would give for the other. */
export const sameFor = (step: StepId, a: Recipe, b: Recipe): boolean =>
  differing(a, b).every((choice) => STEP_IDS.indexOf(READ_BY[choice]) > STEP_IDS.indexOf(step));

/** 'done' with the choices as they are, 'stale' when one that it works on has changed since. */
export type StepState = 'open' | 'done' | 'stale';
