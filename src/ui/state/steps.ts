// The nine steps as the page names them, and which step reads which option. Not for what the steps do: see src/session.
import type { Choice } from '../../recipe/recipe';
import { STEP_IDS, type StepId } from '../../session/types';

export const STEP_NAMES: Readonly<Record<StepId, string>> = {
  load: 'Load',
  fuse: 'Fuse',
  verify: 'Verify',
  configure: 'Configure',
  prepare: 'Prepare',
  train: 'Train',
  convert: 'Convert',
  compare: 'Compare',
  save: 'Save',
};

/** 1 to 9. */
export const stepNumber = (step: StepId): number => STEP_IDS.indexOf(step) + 1;

/** The first step that reads an option: the option is open until that step runs. */
export const READ_BY: Readonly<Record<Choice, StepId>> = {
  backend: 'load',
  qconfig: 'configure',
  weightBits: 'configure',
  activationBits: 'configure',
  fuseAddRelu: 'prepare',
  steps: 'train',
  batch: 'train',
  learningRate: 'train',
  schedule: 'train',
  seed: 'train',
  images: 'compare',
};
