// In the page: one worker per setting, so that no backend, thread or kernel of one setting meets another's.
import { wrap } from 'comlink';
import type { TrainFigures, TrainTask } from './train.worker';

/** Starts a worker, lets it measure, and ends it. */
export async function measure(task: TrainTask): Promise<TrainFigures> {
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
  try {
    return await wrap<{ measure(task: TrainTask): TrainFigures }>(worker).measure(task);
  } finally {
    worker.terminate();
  }
}
