// Keeps the checkpoints of one training in IndexedDB: a small record and a large state for each of its runs.
// Not for what they mean: checkpoint.ts.
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { PlaygroundError } from '../core/errors';
import { asRecord, unusable, type RunRecord } from './checkpoint';
import type { TrainState } from './state';
import type { RunKind } from './types';

const DATABASE = 'qat-playground-training';
const VERSION = 1;
const STORE = 'runs';
const stateKey = (kind: RunKind) => `${kind}/state`;

/** Record and state in one transaction: both or neither. @throws PlaygroundError 'storage', a full disk named as such */
export async function saveRun(record: RunRecord, state: TrainState): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(STORE, 'readwrite');
    const puts = [transaction.store.put(record, record.kind), transaction.store.put(state, stateKey(record.kind))];
    // A put that fails says only that its transaction failed; the transaction says why.
    for (const put of puts) put.catch(() => {});
    await transaction.done;
  });
}

/**
 * Records of the training left behind: the QAT run's and, if it had begun, its control's; none when nothing was saved.
 * @throws PlaygroundError 'storage' when they cannot be used; they are removed then
 */
export async function savedRuns(): Promise<readonly RunRecord[]> {
  const [qat, control] = await inDatabase((database) =>
    Promise.all([database.get(STORE, 'qat') as Promise<unknown>, database.get(STORE, 'control') as Promise<unknown>]),
  );
  if (qat === undefined) return [];
  try {
    const records = [asRecord(qat)];
    // The control of another training, as two tabs may leave it, is none of this one's.
    if (control !== undefined && asRecord(control).id === records[0].id) records.push(asRecord(control));
    return records;
  } catch (error) {
    await removeRuns();
    throw error;
  }
}

/** The state stored with a record, unchecked. @throws PlaygroundError 'storage' when it cannot be read */
export async function savedState(kind: RunKind): Promise<unknown> {
  return inDatabase((database) => database.get(STORE, stateKey(kind)) as Promise<unknown>);
}

/** Forgets all runs. */
export async function removeRuns(): Promise<void> {
  await inDatabase((database) => database.clear(STORE));
}

async function inDatabase<T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> {
  let database: IDBPDatabase | undefined;
  try {
    database = await openDB(DATABASE, VERSION, {
      upgrade: (fresh) => void fresh.createObjectStore(STORE),
    });
    return await work(database);
  } catch (error) {
    database?.close();
    // Neither name can come from a database that this version of the page made.
    const foreign = error instanceof DOMException && ['VersionError', 'NotFoundError'].includes(error.name);
    if (!foreign) throw explain(error);
    await deleteDB(DATABASE);
    throw unusable('another version of this page wrote it');
  } finally {
    database?.close();
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  const { name, message } = error;
  if (name === 'QuotaExceededError')
    return new PlaygroundError(
      'storage',
      'The disk space this page may use is full.',
      'Free some disk space; the page tries again at the next checkpoint.',
      { cause: error },
    );
  return new PlaygroundError(
    'storage',
    `The browser does not store data for this page (${message || name}).`,
    'Allow storage for this page, or leave private browsing.',
    { cause: error },
  );
}
