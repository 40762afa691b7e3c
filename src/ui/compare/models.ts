// The compared models as the page calls them. Not for their figures: src/report.
import type { AnsweringModel, ComparedModel } from '../../project/types';
import { words } from '../words/words.svelte';

export const COMPARED: readonly ComparedModel[] = ['fp32', 'control', 'ptq', 'int8'];

export const modelName = (model: ComparedModel): string => words().compare.models[model];

/** Those that answer a visitor's own picture. */
export const ANSWERING: readonly AnsweringModel[] = [...COMPARED, 'own'];

export const answeringName = (model: AnsweringModel): string =>
  model === 'own' ? words().files.integers.short : modelName(model);
