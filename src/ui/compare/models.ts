// The compared models as the page calls them. Not for their figures: src/report.
import type { ComparedModel } from '../../project/types';

export const MODEL_NAMES: Readonly<Record<ComparedModel, string>> = {
  fp32: 'FP32',
  control: 'FP32 control',
  ptq: 'PTQ INT8',
  int8: 'QAT INT8',
};
export const COMPARED = Object.keys(MODEL_NAMES) as readonly ComparedModel[];
