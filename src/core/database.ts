// A database of the browser's: opened for each piece of work, brought up from earlier versions, never deleted; every wait has
// a limit, and what goes wrong is told in words. Not for what is in one: src/train/saved, src/shelf.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { PlaygroundError } from './errors';
import { within } from './time-limit';

export type Upgrade<S extends DBSchema> = IDBPTransaction<S, StoreNames<S>[], 'versionchange'>;

export interface DatabaseKind<S extends DBSchema> {
  readonly name: string;
  readonly version: number;
  /** As messages say it: 'saved trainings'. */
  readonly what: string;
  /** What makes room where the disk is full, the beginning of a sentence: 'Discard a saved training'. */
  readonly makesRoom: string;
  /** From any earlier version, from none too. What fails in it undoes all of it, and fails the opening. */
  upgrade(database: IDBPDatabase<S>, transaction: Upgrade<S>): Promise<void>;
}

export class Database<S extends DBSchema> {
  /** Some work has overrun its limit and has not come back: nothing more is begun. */
  private hangs = false;

  constructor(private readonly kind: DatabaseKind<S>) {}

  /**
   * @param seconds to wait for all of it
   * @throws PlaygroundError 'storage', whatever went wrong; a full disk and a newer version of the page named as such
   */
  async use<T>(seconds: number, work: (database: IDBPDatabase<S>) => Promise<T>): Promise<T> {
    if (this.hangs) throw noAnswer();
    let blocked = false;
    const answer = (async () => {
      const database = await open(this.kind, () => (blocked = true));
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
      return blocked ? held(this.kind.what) : noAnswer();
    };
    return within(answer, seconds * 1000, late).catch((error: unknown) => {
      throw this.explain(error);
    });
  }

  private explain(error: unknown): PlaygroundError {
    if (error instanceof PlaygroundError) return error;
    const { what, makesRoom } = this.kind;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const told = (what: string, hint: string) => new PlaygroundError('storage', what, hint, { cause: error });
    if (name === 'VersionError')
      return told(
        `A newer version of this page has ${what} in this browser; this one cannot use them, and saves nothing.`,
        'Reload the page to get the newer version, and close other tabs of it.',
      );
    if (name === 'QuotaExceededError')
      return told('The disk space this page may use is full.', `${makesRoom}, or free some disk space.`);
    return told(
      `The browser does not store data for this page (${message || name}).`,
      'Allow storage for this page, or leave private browsing.',
    );
  }
}

interface Writing {
  readonly done: Promise<void>;
  abort(): void;
}

/** All that work writes, or nothing of it. @throws what kept it from being written */
export async function allOrNothing<T extends Writing>(
  transaction: T,
  work: (transaction: T) => Promise<void>,
): Promise<void> {
  try {
    await work(transaction);
  } catch (error) {
    // What cannot be written is refused at once, without the transaction's knowing.
    transaction.done.catch(() => {});
    abort(transaction);
    throw error;
  }
  await transaction.done;
}

/** For what is written in it: a write that fails says only that its transaction failed; the transaction says why. */
export const ask = (write: Promise<unknown>): void => void write.catch(() => {});

const open = <S extends DBSchema>(kind: DatabaseKind<S>, onBlocked: () => void): Promise<IDBPDatabase<S>> =>
  openDB<S>(kind.name, kind.version, {
    upgrade: (database, _from, _to, transaction) =>
      void Promise.all([kind.upgrade(database, transaction), transaction.done]).catch(() => abort(transaction)),
    blocked: onBlocked,
    // A newer version of the page waits to bring the database up: this connection ends with its work.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });

/** Undoes a transaction, unless it is over. */
function abort(transaction: Pick<Writing, 'abort'>): void {
  try {
    transaction.abort();
  } catch {
    // It was.
  }
}

const noAnswer = (): PlaygroundError =>
  new PlaygroundError(
    'storage',
    'The browser’s storage does not answer.',
    'Close other tabs of this page; if that does not help, restart the browser.',
  );

const held = (what: string): PlaygroundError =>
  new PlaygroundError(
    'storage',
    `Another tab holds an older version of this page and keeps the ${what} from being used.`,
    'Close or reload the other tabs of this page.',
  );
