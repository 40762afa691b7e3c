// The article's nine steps.
import type { StepId } from '../../../project/types';

export const stepNames = {
  load: 'Load',
  fuse: 'Fuse',
  verify: 'Verify',
  configure: 'Configure',
  prepare: 'Prepare',
  train: 'Train',
  convert: 'Convert',
  compare: 'Compare',
  save: 'Save',
} satisfies Record<StepId, string>;
