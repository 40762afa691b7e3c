// Racers as the page calls them. Not for their figures.
import type { Racer } from '../../project/race';
import { MODEL_NAMES } from '../compare/models';
import { plural } from '../format';

export const runnerName = ({ model, threads }: Pick<Racer, 'model' | 'threads'>): string =>
  `${MODEL_NAMES[model]}, ${plural(threads, 'thread')}`;
