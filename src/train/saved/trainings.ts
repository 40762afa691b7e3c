// The saved trainings of this browser as a page meets them: what there is, forgetting one, making room for another.
// Not for the training of the page itself: own-training.ts.
import { PlaygroundError } from '../../core/errors';
import { heldTrainings, holdTraining } from './lock';
import { asTraining, hasEnded, offer, type SavedTraining, type TrainingRecord } from './record';
import type { TrainingStore } from './store';

/** Trainings that are kept, of about 90 MB for each of their runs. */
export const KEPT = 3;

export interface SavedTrainings {
  /** The newest first. */
  readonly trainings: readonly SavedTraining[];
  /** Of those that could not be used, and are no more. */
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}

/** @throws PlaygroundError 'storage' when the store cannot be read */
export async function listTrainings(store: TrainingStore): Promise<SavedTrainings> {
  const { whole, damaged } = await readAll(store);
  const problems = [];
  for (const [id, { message, hint }] of damaged) if (await tryToForget(store, id)) problems.push({ message, hint });
  const held = await heldTrainings();
  const elsewhere = (id: string) => (held ? held.has(id) : 'unknown');
  const trainings = whole.map((record) => offer(record, elsewhere(record.id)));
  return { trainings: trainings.sort((a, b) => b.savedAt - a.savedAt), problems };
}

/**
 * Forgets a training.
 * @param seconds to wait for the tab that has it
 * @throws PlaygroundError 'storage' when another tab has it
 */
export async function forgetTraining(store: TrainingStore, id: string, seconds = 0): Promise<void> {
  const release = await holdTraining(id, seconds);
  try {
    await store.remove(id);
  } finally {
    await release();
  }
}

/**
 * Sees to it that there is room for one training more: the oldest that has ended, or not begun, goes if no tab has it.
 * @throws PlaygroundError 'storage' when all that are there stay
 */
export async function makeRoom(store: TrainingStore, id: string): Promise<void> {
  const others = (await readAll(store)).whole.filter((record) => record.id !== id);
  others.sort((a, b) => a.savedAt - b.savedAt);
  let excess = others.length + 1 - KEPT;
  for (const record of others.filter(mayGo)) if (excess > 0 && (await tryToForget(store, record.id))) excess--;
  if (excess > 0)
    throw new PlaygroundError(
      'storage',
      `There are ${others.length} saved trainings in this browser that have not ended, or are open in other tabs.`,
      'Discard one at the top of the page (each takes about 90 MB), or close the tab that has it.',
    );
}

const mayGo = (record: TrainingRecord): boolean => hasEnded(record) || record.runs.qat.step === 0;

const tryToForget = (store: TrainingStore, id: string): Promise<boolean> =>
  forgetTraining(store, id).then(
    () => true,
    () => false,
  );

async function readAll(store: TrainingStore) {
  const whole: TrainingRecord[] = [];
  const damaged = new Map<string, PlaygroundError>();
  for (const [id, value] of await store.records()) {
    try {
      whole.push(asTraining(id, value));
    } catch (error) {
      damaged.set(id, error as PlaygroundError);
    }
  }
  return { whole, damaged };
}
