// Racers as the page calls them. Not for their figures.
import type { Racer } from '../../project/race';
import { modelName } from '../compare/models';
import { words } from '../words/words.svelte';

export const runnerName = ({ model, threads }: Pick<Racer, 'model' | 'threads'>): string =>
  words().race.racer(modelName(model), threads);
