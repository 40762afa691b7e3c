// A training of this worker: what is kept of its runs, and its copy in the browser under its id and lock. Saving
// never stops the training: whatever the store does, the answer is 'saved' or 'not-saved'. Not for taking steps: run.ts.
import { PlaygroundError } from '../../core/errors';
import type { Recipe } from '../../recipe/recipe';
import { freshRun, type KeptRun } from '../kept-run';
import type { TrainState } from '../state';
import { RUN_KINDS, type RunKind, type TrainEvent } from '../types';
import { holdTraining } from './lock';
import { asTraining, gone, offer, type RunRecord, type SavedTraining, type TrainingRecord } from './record';
import { asKeptRun, type Start } from './state-check';
import type { TrainingStore } from './store';
import { makeRoom } from './trainings';

/** What a run trains and begins with; stored states are held against it. Asked where it is needed alone: it may take a PTQ. */
export type NetworkOf = (kind: RunKind) => Start | Promise<Start>;

export class OwnTraining {
  /** Where each run goes on from, or what it ended with; none while it is let go. */
  readonly kept: Partial<Record<RunKind, KeptRun>> = {};
  /** Gives the lock back that this worker holds. */
  private held: (() => Promise<void>) | undefined;
  /** Stored, and to be read before it can go on. */
  private waits = false;
  private stored = false;
  /** What is stored is what is here. */
  private saved = false;

  constructor(
    private readonly store: TrainingStore,
    readonly id: string,
  ) {}

  /**
   * Makes a saved training this worker's: no other tab can take it any more. Its states are read when it goes on.
   * @throws PlaygroundError 'storage' when another tab has it, or it is gone or damaged
   */
  async claim(): Promise<SavedTraining> {
    await this.hold();
    const record = (await this.store.records()).get(this.id);
    if (record === undefined) throw gone();
    const training = await this.orRemove(() => asTraining(this.id, record));
    this.waits = this.stored = this.saved = true;
    return offer(training, false);
  }

  /**
   * Before the steps of a run: takes up what is stored, or saves the choices, so that they outlive the page.
   * @returns what to tell of it
   * @throws PlaygroundError 'storage' as recall
   */
  async begin(kind: RunKind, recipe: Recipe, networkOf: NetworkOf): Promise<TrainEvent[]> {
    await this.recall(networkOf);
    if (this.kept[kind]) return [];
    const { params, begins } = await networkOf(kind);
    this.kept[kind] = freshRun(params);
    const saved = kind === 'qat' ? [await this.save(kind, recipe)] : [];
    if (begins) this.kept[kind] = freshRun(await this.orForget(kind, begins));
    return saved;
  }

  /** Keeps a run here and saves it. */
  keep(kind: RunKind, recipe: Recipe, run: KeptRun): Promise<TrainEvent> {
    this.kept[kind] = run;
    return this.save(kind, recipe);
  }

  /**
   * Reads back the runs that were claimed or let go.
   * @throws PlaygroundError 'storage' when they cannot be had; what is damaged is removed, and the next begin is a fresh one
   */
  async recall(networkOf: NetworkOf): Promise<void> {
    if (!this.waits) return;
    const networks = { qat: await networkOf('qat'), control: await networkOf('control') };
    await this.hold();
    const { record, states } = await this.store.read(this.id);
    this.waits = false;
    if (record === undefined) throw gone();
    const taken = await this.orRemove(() => {
      const { runs } = asTraining(this.id, record);
      return RUN_KINDS.flatMap((kind) => {
        const run = runs[kind];
        // At step 0 there is nothing to go on from but what a fresh run begins with.
        const begins = run?.step === 0 && !run.result && networks[kind].begins;
        return run && !begins ? [[kind, asKeptRun(run, states[kind], networks[kind])] as const] : [];
      });
    });
    Object.assign(this.kept, Object.fromEntries(taken));
  }

  /** Frees the memory of what is stored as it is here, and its lock; what could not be stored stays. */
  async letGo(): Promise<void> {
    if (!this.saved) return;
    for (const kind of RUN_KINDS) delete this.kept[kind];
    this.waits = true;
    await this.release();
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    const { held } = this;
    this.held = undefined;
    await held?.();
  }

  private async save(kind: RunKind, recipe: Recipe): Promise<TrainEvent> {
    const { step } = this.kept[kind]!.state;
    this.saved = false;
    try {
      const { record, states } = this.asStored(recipe);
      await this.hold();
      if (!this.stored) await makeRoom(this.store, this.id);
      await this.store.save(record, states, step > 0 ? kind : undefined);
      this.stored = this.saved = true;
      return { type: 'saved', step };
    } catch (error) {
      const { message, hint } = error instanceof PlaygroundError ? error : unexpected(error);
      return { type: 'not-saved', step, message, hint };
    }
  }

  private asStored(options: Recipe) {
    const { id } = this;
    const states: Partial<Record<RunKind, TrainState>> = {};
    const runs: Partial<Record<RunKind, RunRecord>> = {};
    for (const kind of RUN_KINDS) {
      const run = this.kept[kind];
      if (!run) continue;
      const { state, history, result } = run;
      states[kind] = state;
      runs[kind] = { step: state.step, history, result } as RunRecord;
    }
    const record: TrainingRecord = { id, options, savedAt: Date.now(), runs: { ...runs, qat: runs.qat! } };
    return { record, states };
  }

  /** What a check of the stored training gives; one that does not pass is removed. */
  private async orRemove<T>(check: () => T): Promise<T> {
    try {
      return check();
    } catch (error) {
      await this.store.remove(this.id);
      this.stored = this.saved = false;
      throw error;
    }
  }

  /** What a run that has not begun yet waits for; where that fails the next begin is a fresh one. */
  private async orForget<T>(kind: RunKind, wait: () => Promise<T>): Promise<T> {
    try {
      return await wait();
    } catch (error) {
      delete this.kept[kind];
      throw error;
    }
  }

  private async hold(): Promise<void> {
    this.held ??= await holdTraining(this.id);
  }
}

/** What is no fault of the storage still must not end the training. */
function unexpected(error: unknown): PlaygroundError {
  console.error(error);
  const message = `Saving failed (${String(error)}).`;
  return new PlaygroundError('storage', message, 'The page tries again when it saves next.', { cause: error });
}
