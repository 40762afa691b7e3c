// The nine steps as the page names them. Not for what the steps do, nor which choices they read: see src/project.
import { STEP_IDS, type StepId } from '../../project/types';

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

/** Steps whose results may come out otherwise with the same choices: another adapter, other times. */
export const REPEATABLE: readonly StepId[] = ['load', 'compare'];
