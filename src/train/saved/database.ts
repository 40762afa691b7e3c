// The browser's database of trainings, brought up from earlier versions. Not for opening it (src/core/database.ts), nor for
// what is in it: store.ts.
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { Database, type Upgrade } from '../../core/database';
import { RUN_KINDS, type RunKind } from '../types';

/** Version 2 knew no accuracies of integers: its records are read as they are. */
const VERSION = 3;

/** Both stores as anybody may have left them: unchecked. */
export interface Stored extends DBSchema {
  /** Records by training id: small. */
  trainings: { key: string; value: unknown };
  /** States by training id and run: 90 MB each. */
  states: { key: [string, RunKind]; value: unknown };
}

export const trainingDatabase = (): Database<Stored> =>
  new Database<Stored>({
    ...{ name: 'qat-playground-training', version: VERSION, what: 'saved trainings', upgrade },
    makesRoom: 'Discard a saved training at the top of the page (each takes about 90 MB)',
  });

async function upgrade(database: IDBPDatabase<Stored>, transaction: Upgrade<Stored>): Promise<void> {
  for (const store of ['trainings', 'states'] as const)
    if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  const first = database as unknown as IDBPDatabase;
  if (!first.objectStoreNames.contains('runs')) return;
  await carryOver(transaction);
  first.deleteObjectStore('runs');
}

/** Version 1 had one training, its runs' records under 'qat' and 'control', their states under 'qat/state' and so on. */
async function carryOver(transaction: Upgrade<Stored>): Promise<void> {
  const runs = (transaction as unknown as IDBPTransaction<unknown, string[], 'versionchange'>).objectStore('runs');
  const [qat, control] = (await Promise.all(RUN_KINDS.map((kind) => runs.get(kind)))).map(fromVersion1);
  if (!qat) return;
  const { id } = qat;
  // The control of another training, as two tabs could leave it, is none of this one's.
  const own = { qat, control: control?.id === id ? control : undefined };
  const { options } = own.control ?? qat;
  const record = { id, options, savedAt: Date.now(), runs: { qat: qat.run, control: own.control?.run } };
  await transaction.objectStore('trainings').put(record, id);
  for (const kind of RUN_KINDS) {
    const state = own[kind] && (await runs.get(`${kind}/state`));
    if (state) await transaction.objectStore('states').put(state, [id, kind]);
  }
}

/** A run's record in today's form, as far as it can be told: damage is found out when it is read. */
function fromVersion1(value: unknown) {
  if (value === undefined) return undefined;
  const { id, options, step, history, result } = Object(value) as Record<string, unknown>;
  // It had no learning rates of each step, and no run that ended by diverging.
  const schedule = step === 0 ? [] : [{ step: 0, rate: (Object(options) as Record<string, unknown>).learningRate }];
  const added = (part: unknown, fields: object) => (part ? { ...fields, ...(part as object) } : undefined);
  const run = { step, history: added(history, { schedule }), result: added(result, { schedule, diverged: false }) };
  return { id: typeof id === 'string' ? id : 'of version 1', options, run };
}
