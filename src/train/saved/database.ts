// The browser's database of trainings: opened for each piece of work, brought up from earlier versions, never deleted;
// every wait has a limit. Not for what is in it: store.ts.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { PlaygroundError } from '../../core/errors';
import { within } from '../../core/time-limit';
import { RUN_KINDS, type RunKind } from '../types';

const NAME = 'qat-playground-training';
/** Version 2 knew no accuracies of integers: its records are read as they are. */
const VERSION = 3;

/** Both stores as anybody may have left them: unchecked. */
export interface Stored extends DBSchema {
  /** Records by training id: small. */
  trainings: { key: string; value: unknown };
  /** States by training id and run: 90 MB each. */
  states: { key: [string, RunKind]; value: unknown };
}

export class TrainingDatabase {
  /** Some work has overrun its limit and has not come back: nothing more is begun. */
  private hangs = false;

  /**
   * @param seconds to wait for all of it
   * @throws PlaygroundError 'storage', whatever went wrong; a full disk and a newer version of the page named as such
   */
  async use<T>(seconds: number, work: (database: IDBPDatabase<Stored>) => Promise<T>): Promise<T> {
    if (this.hangs) throw noAnswer();
    let blocked = false;
    const answer = (async () => {
      const database = await open(() => (blocked = true));
      try {
        return await work(database);
      } finally {
        database.close();
      }
    })();
    const late = () => {
      this.hangs = true;
      const settled = () => (this.hangs = false);
      answer.then(settled, settled);
      return blocked ? held() : noAnswer();
    };
    return within(answer, seconds * 1000, late).catch((error: unknown) => {
      throw explain(error);
    });
  }
}

const open = (onBlocked: () => void): Promise<IDBPDatabase<Stored>> =>
  openDB<Stored>(NAME, VERSION, {
    // What fails in it undoes all of it, and fails the opening.
    upgrade: (database, _from, _to, transaction) =>
      void Promise.all([upgrade(database, transaction), transaction.done]).catch(() => abort(transaction)),
    blocked: onBlocked,
    // A newer version of the page waits to bring the database up: this connection ends with its work.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });

/** Undoes a transaction, unless it is over. */
function abort(transaction: Upgrade): void {
  try {
    transaction.abort();
  } catch {
    // It was.
  }
}

type Upgrade = IDBPTransaction<Stored, ('trainings' | 'states')[], 'versionchange'>;

async function upgrade(database: IDBPDatabase<Stored>, transaction: Upgrade): Promise<void> {
  for (const store of ['trainings', 'states'] as const)
    if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  const first = database as unknown as IDBPDatabase;
  if (!first.objectStoreNames.contains('runs')) return;
  await carryOver(transaction);
  first.deleteObjectStore('runs');
}

/** Version 1 had one training, its runs' records under 'qat' and 'control', their states under 'qat/state' and so on. */
async function carryOver(transaction: Upgrade): Promise<void> {
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

const noAnswer = (): PlaygroundError =>
  new PlaygroundError(
    'storage',
    'The browser’s storage does not answer.',
    'Close other tabs of this page; if that does not help, restart the browser.',
  );

const held = (): PlaygroundError =>
  new PlaygroundError(
    'storage',
    'Another tab holds an older version of this page and keeps the saved trainings from being used.',
    'Close or reload the other tabs of this page.',
  );

function explain(error: unknown): PlaygroundError {
  if (error instanceof PlaygroundError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const told = (what: string, hint: string) => new PlaygroundError('storage', what, hint, { cause: error });
  if (name === 'VersionError')
    return told(
      'A newer version of this page has saved trainings in this browser; this one cannot use them, and saves nothing.',
      'Reload the page to get the newer version, and close other tabs of it.',
    );
  if (name === 'QuotaExceededError')
    return told(
      'The disk space this page may use is full.',
      'Discard a saved training at the top of the page (each takes about 90 MB), or free some disk space.',
    );
  return told(
    `The browser does not store data for this page (${message || name}).`,
    'Allow storage for this page, or leave private browsing.',
  );
}
