// Trainings in the browser's database, each under its id: a small record, and a large state for each of its runs.
// Not for what they mean, nor for who may change them: record.ts, lock.ts.
import { allOrNothing, ask } from '../../core/database';
import { RUN_KINDS, type RunKind } from '../types';
import type { TrainState } from '../state';
import { trainingDatabase } from './database';
import type { TrainingRecord } from './record';

/** Seconds to wait for what reads or writes records alone, and for what touches states. */
const LIMITS = { records: 10, states: 30 };

export type ByRun<T> = { readonly [K in RunKind]?: T };

/** Every function throws PlaygroundError 'storage', and within a limit. */
export class TrainingStore {
  private readonly database = trainingDatabase();

  /** Every record by its id, unchecked; no state is read. */
  records(): Promise<ReadonlyMap<string, unknown>> {
    return this.database.use(LIMITS.records, async (database) => {
      const { store } = database.transaction('trainings');
      const [ids, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      return new Map(ids.map((id, i) => [id, values[i]]));
    });
  }

  /** A training whole, unchecked: its record is undefined when there is none. */
  read(id: string): Promise<{ readonly record: unknown; readonly states: ByRun<unknown> }> {
    return this.database.use(LIMITS.states, async (database) => {
      const transaction = database.transaction(['trainings', 'states']);
      const states = transaction.objectStore('states');
      const [record, qat, control] = await Promise.all([
        transaction.objectStore('trainings').get(id),
        ...RUN_KINDS.map((kind) => states.get([id, kind])),
      ]);
      return { record, states: { qat, control } };
    });
  }

  /**
   * A record and the states that belong to it in one transaction: all or nothing. A state at step 0 is not stored.
   * @param states of each of the record's runs @param changed the run whose state is not the stored one
   */
  save(record: TrainingRecord, states: ByRun<TrainState>, changed?: RunKind): Promise<void> {
    return this.database.use(changed ? LIMITS.states : LIMITS.records, async (database) => {
      await allOrNothing(database.transaction(['trainings', 'states'], 'readwrite'), async (transaction) => {
        const stored = transaction.objectStore('states');
        const kinds = RUN_KINDS.filter((kind) => states[kind]);
        const known = await Promise.all(kinds.map((kind) => stored.getKey([record.id, kind])));
        ask(transaction.objectStore('trainings').put(record, record.id));
        kinds.forEach((kind, k) => {
          const key: [string, RunKind] = [record.id, kind];
          // What is missing is written again: a browser may have been told to forget what this page still has.
          if (states[kind]!.step === 0) ask(stored.delete(key));
          else if (kind === changed || known[k] === undefined) ask(stored.put(states[kind], key));
        });
      });
    });
  }

  /** Forgets one training. */
  remove(id: string): Promise<void> {
    return this.database.use(LIMITS.records, async (database) => {
      const transaction = database.transaction(['trainings', 'states'], 'readwrite');
      const states = transaction.objectStore('states');
      await Promise.all([
        transaction.objectStore('trainings').delete(id),
        ...RUN_KINDS.map((kind) => states.delete([id, kind])),
        transaction.done,
      ]);
    });
  }
}
