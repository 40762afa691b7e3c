// The compared models as the page calls them. Not for their figures: src/report.
import type { ComparedModel } from '../../project/types';
import { words } from '../words/words.svelte';

export const COMPARED: readonly ComparedModel[] = ['fp32', 'control', 'ptq', 'int8'];

export const modelName = (model: ComparedModel): string => words().compare.models[model];
