// Racers as the page calls them. Not for their figures.
import type { Racer } from '../../project/race';
import { plural } from '../format';

const MODELS: Readonly<Record<Racer['model'], string>> = { fp32: 'FP32', int8: 'QAT INT8' };

export const runnerName = ({ model, threads }: Pick<Racer, 'model' | 'threads'>): string =>
  `${MODELS[model]}, ${plural(threads, 'thread')}`;
