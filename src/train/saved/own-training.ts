// The training of this worker: the checkpoints of its runs, and their copy in the browser under its id and lock. Saving
// never stops the training: whatever the store does, the answer is 'saved' or 'not-saved'. Not for taking steps: run.ts.
import { PlaygroundError } from '../../core/errors';
import type { ParamStore } from '../../core/params';
import type { Graph } from '../../graph/types';
import type { QatGraph } from '../../quant/types';
import type { Recipe } from '../../recipe/recipe';
import { freshCheckpoint, type Checkpoint } from '../checkpoint';
import type { TrainState } from '../state';
import { RUN_KINDS, type RunKind, type TrainEvent } from '../types';
import { holdTraining } from './lock';
import { asTraining, offer, type RunRecord, type SavedTraining, type TrainingRecord } from './record';
import { asCheckpoint } from './state-check';
import type { TrainingStore } from './store';
import { makeRoom } from './trainings';

/** What a worker that trains is told of the training. */
export interface TrainingChoices {
  readonly id: string;
  readonly options: Recipe;
}

export class OwnTraining {
  /** Where each run goes on from, or what it ended with. */
  readonly checkpoints: Partial<Record<RunKind, Checkpoint>> = {};
  /** Whose lock this worker holds. */
  private held: { readonly id: string; readonly release: () => void } | undefined;
  /** Claimed, and not yet read. */
  private waits = false;
  private stored = false;

  constructor(private readonly store: TrainingStore) {}

  /**
   * Makes a saved training this worker's: no other tab can take it any more. Its states are read when it begins.
   * @throws PlaygroundError 'storage' when another tab has it, or it is gone or damaged
   */
  async claim(id: string): Promise<SavedTraining> {
    await this.hold(id);
    const record = (await this.store.records()).get(id);
    if (record === undefined)
      throw new PlaygroundError('storage', 'That training is gone: another tab has discarded it.', 'Train a new one.');
    const training = await this.orRemove(id, () => asTraining(id, record));
    this.waits = this.stored = true;
    return offer(training, false);
  }

  /**
   * Before the steps of a run: takes up what was claimed, or saves the choices, so that they outlive the page.
   * @param graphs of both runs
   * @returns what to tell of it
   * @throws PlaygroundError 'storage' when what was claimed cannot be used; it is removed if it is damaged
   */
  async begin(
    kind: RunKind,
    choices: TrainingChoices,
    graphs: Record<RunKind, Graph | QatGraph>,
    params: ParamStore,
  ): Promise<TrainEvent[]> {
    if (this.waits) await this.takeUp(choices.id, graphs, params);
    const fresh = !this.checkpoints[kind];
    this.checkpoints[kind] ??= freshCheckpoint(params);
    if (!fresh || kind !== 'qat') return [];
    return [await this.save(kind, choices)];
  }

  /** Keeps a checkpoint here and saves it. */
  keep(kind: RunKind, choices: TrainingChoices, checkpoint: Checkpoint): Promise<TrainEvent> {
    this.checkpoints[kind] = checkpoint;
    return this.save(kind, choices);
  }

  private async save(kind: RunKind, choices: TrainingChoices): Promise<TrainEvent> {
    const { step } = this.checkpoints[kind]!.state;
    try {
      const { record, states } = this.asStored(choices);
      await this.hold(record.id);
      if (!this.stored) await makeRoom(this.store, record.id);
      await this.store.save(record, states, step > 0 ? kind : undefined);
      this.stored = true;
      return { type: 'saved', step };
    } catch (error) {
      const { message, hint } = error instanceof PlaygroundError ? error : unexpected(error);
      return { type: 'not-saved', step, message, hint };
    }
  }

  private asStored({ id, options }: TrainingChoices) {
    const states: Partial<Record<RunKind, TrainState>> = {};
    const runs: Partial<Record<RunKind, RunRecord>> = {};
    for (const kind of RUN_KINDS) {
      const checkpoint = this.checkpoints[kind];
      if (!checkpoint) continue;
      const { state, history, result } = checkpoint;
      states[kind] = state;
      runs[kind] = { step: state.step, history, result } as RunRecord;
    }
    const record: TrainingRecord = { id, options, savedAt: Date.now(), runs: { ...runs, qat: runs.qat! } };
    return { record, states };
  }

  private async takeUp(id: string, graphs: Record<RunKind, Graph | QatGraph>, params: ParamStore): Promise<void> {
    const { record, states } = await this.store.read(id);
    this.waits = false;
    const taken = await this.orRemove(id, () => {
      const { runs } = asTraining(id, record);
      return RUN_KINDS.flatMap((kind) => {
        const run = runs[kind];
        return run ? [[kind, asCheckpoint(run, states[kind], graphs[kind], params)] as const] : [];
      });
    });
    Object.assign(this.checkpoints, Object.fromEntries(taken));
  }

  /** What a check of the stored training gives; one that does not pass is removed. */
  private async orRemove<T>(id: string, check: () => T): Promise<T> {
    try {
      return check();
    } catch (error) {
      await this.store.remove(id);
      this.stored = false;
      throw error;
    }
  }

  private async hold(id: string): Promise<void> {
    if (this.held?.id === id) return;
    const release = await holdTraining(id);
    this.held?.release();
    this.held = { id, release };
  }
}

/** What is no fault of the storage still must not end the training. */
function unexpected(error: unknown): PlaygroundError {
  console.error(error);
  const message = `Saving failed (${String(error)}).`;
  return new PlaygroundError('storage', message, 'The page tries again at the next checkpoint.', { cause: error });
}
