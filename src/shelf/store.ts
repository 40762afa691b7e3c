// Runs in the browser's database, each under its id: a small record, and contents once it has any. What one tab writes no
// other takes back: each change is one transaction that begins with what stands there. Not for what contents mean: contents.ts.
import * as v from 'valibot';
import type { IDBPTransaction } from 'idb';
import { allOrNothing, ask } from '../core/database';
import { PlaygroundError } from '../core/errors';
import { newId } from '../core/ids';
import { inWords, object, parse, whole } from '../core/schema';
import { crc32 } from '../import/crc32';
import { KeptRecipeSchema } from '../recipe/recipe';
import { asContents, bytesOf, opened, sameContents, type Contents, type Opened } from './contents';
import { shelfDatabase, type Stored } from './database';
import { recordIn, RUN_ENTRIES, type RunRecord } from './record';

/** Seconds to wait for what reads or writes records alone, and for what touches contents. */
const LIMITS = { records: 10, contents: 60 };

const ListedSchema = object({ ...RUN_ENTRIES, recipe: KeptRecipeSchema, bytes: whole(0) });
/** A record, and the bytes of its contents: 0 where there are none. */
export type ListedRun = Readonly<v.InferOutput<typeof ListedSchema>>;

export interface Listing {
  /** In the order they were first kept. */
  readonly runs: readonly ListedRun[];
  /** What cannot be read, and why. */
  readonly damaged: readonly { readonly id: string; readonly message: string; readonly hint: string }[];
}

/** A run whole, as an archive brings it. */
export interface WholeRun {
  readonly record: RunRecord;
  readonly contents?: Contents;
}

/** What came of an import, run by run. */
export interface Imported {
  readonly added: number;
  /** Was there as it is. */
  readonly same: number;
  /** Under a new id: one of the same id with other contents was there. */
  readonly beside: number;
}

/** What a hand changes of a record. */
export type Marks = Partial<Pick<RunRecord, 'name' | 'pinned'>>;

/** Every function throws PlaygroundError 'storage', and within a limit. */
export class ShelfStore {
  private readonly database = shelfDatabase();

  list(): Promise<Listing> {
    return this.database.use(LIMITS.records, async (database) => {
      const { store } = database.transaction('runs');
      const [ids, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      const [runs, damaged]: [ListedRun[], Listing['damaged'][number][]] = [[], []];
      ids.forEach((id, i) => {
        try {
          runs.push(asListed(id, values[i]));
        } catch (error) {
          const { message, hint } = error as PlaygroundError;
          damaged.push({ id, message, hint });
        }
      });
      return { runs: runs.sort((a, b) => a.made - b.made), damaged };
    });
  }

  /** The contents of a run; undefined where it has none. @throws PlaygroundError 'storage' where they are gone or damaged */
  async read(id: string): Promise<(Opened & { readonly file?: Uint8Array<ArrayBuffer> }) | undefined> {
    const { record, contents } = await this.whole(id);
    return contents && { ...opened(record, contents, damagedPart), ...(contents.model && { file: contents.model }) };
  }

  /** A run as it is stored. @throws PlaygroundError 'storage' where it is gone or its record is damaged */
  whole(id: string): Promise<WholeRun> {
    return this.database.use(LIMITS.contents, async (database) => {
      const transaction = database.transaction(['runs', 'contents']);
      const [listed, value] = await Promise.all([
        transaction.objectStore('runs').get(id),
        transaction.objectStore('contents').get(id),
      ]);
      if (listed === undefined) throw gone();
      const record = recordIn(asListed(id, listed));
      return { record, ...(value !== undefined && { contents: asContents(value, damaged) }) };
    });
  }

  /**
   * Keeps what a run has come to. Of one that is there name, pin and age stay as they are; one that has contents stays as it is
   * until there are others.
   */
  keep(record: RunRecord, contents?: Contents): Promise<void> {
    return this.database.use(contents ? LIMITS.contents : LIMITS.records, (database) =>
      allOrNothing(database.transaction(['runs', 'contents'], 'readwrite'), async (transaction) => {
        const before = readable(record.id, await transaction.objectStore('runs').get(record.id));
        if (before && before.bytes > 0 && !contents) return;
        const marks = before && { name: before.name, pinned: before.pinned, made: before.made };
        write(transaction, { ...record, ...marks }, contents);
      }),
    );
  }

  /** Names, pins or lets go of a run that is there; one that is not stays away. */
  mark(id: string, marks: Marks): Promise<void> {
    return this.database.use(LIMITS.records, (database) =>
      allOrNothing(database.transaction(['runs', 'contents'], 'readwrite'), async (transaction) => {
        const before = readable(id, await transaction.objectStore('runs').get(id));
        if (before) ask(transaction.objectStore('runs').put({ ...before, ...marks }, id));
      }),
    );
  }

  /** All or none of these runs. */
  import(runs: readonly WholeRun[]): Promise<Imported> {
    return this.database.use(LIMITS.contents, async (database) => {
      const came = { added: 0, same: 0, beside: 0 };
      await allOrNothing(database.transaction(['runs', 'contents'], 'readwrite'), async (transaction) => {
        for (const { record, contents } of runs) {
          const { id } = record;
          // The second id follows from the first and the contents: the same archive again brings nothing new.
          for (const as of [id, `${id.slice(0, 90)}-${sumOf(contents)}`, newId()]) {
            const there = await transaction.objectStore('runs').getKey(as);
            const value = there && (await transaction.objectStore('contents').get(as));
            if (there !== undefined && !isSame(contents, value)) continue;
            came[there !== undefined ? 'same' : as === id ? 'added' : 'beside']++;
            if (there === undefined) write(transaction, { ...record, id: as }, contents);
            break;
          }
        }
      });
      return came;
    });
  }

  /** Those that are not there yet, by their ids. */
  add(records: readonly RunRecord[]): Promise<void> {
    return this.database.use(LIMITS.records, (database) =>
      allOrNothing(database.transaction(['runs', 'contents'], 'readwrite'), async (transaction) => {
        for (const record of records)
          if ((await transaction.objectStore('runs').getKey(record.id)) === undefined)
            write(transaction, record, undefined);
      }),
    );
  }

  remove(id: string): Promise<void> {
    return this.database.use(LIMITS.records, (database) =>
      allOrNothing(database.transaction(['runs', 'contents'], 'readwrite'), async (transaction) => {
        for (const store of ['runs', 'contents'] as const) ask(transaction.objectStore(store).delete(id));
      }),
    );
  }
}

type Writing = IDBPTransaction<Stored, ('runs' | 'contents')[], 'readwrite'>;

function write(transaction: Writing, record: RunRecord, contents: Contents | undefined): void {
  const { id } = record;
  const listed: ListedRun = { ...record, bytes: contents ? bytesOf(contents) : 0 };
  ask(transaction.objectStore('runs').put(listed, id));
  if (contents) ask(transaction.objectStore('contents').put(contents, id));
}

function asListed(id: string, value: unknown): ListedRun {
  const listed = parse(ListedSchema, value, (fault) => damaged(inWords(fault)));
  if (listed.id !== id) throw damaged('its id is that of another');
  return listed;
}

/** undefined where there is none, or none that can be read: what comes takes its place. */
function readable(id: string, value: unknown): ListedRun | undefined {
  try {
    return value === undefined ? undefined : asListed(id, value);
  } catch {
    return undefined;
  }
}

const sumOf = (contents: Contents | undefined): string =>
  crc32(contents?.model ?? new TextEncoder().encode(contents?.results ?? '')).toString(16);

function isSame(contents: Contents | undefined, value: unknown): boolean {
  if (!contents || value === undefined) return !contents && value === undefined;
  try {
    return sameContents(contents, asContents(value, damaged));
  } catch {
    return false;
  }
}

const damaged = (why: string, cause?: unknown): PlaygroundError =>
  new PlaygroundError(
    'storage',
    `A run kept in this browser cannot be opened: it is damaged (${why}).`,
    'Run it again, or delete it; nothing else is lost.',
    { cause },
  );
const damagedPart = (part: string, why: string, cause?: unknown): PlaygroundError => damaged(`${part}: ${why}`, cause);

const gone = (): PlaygroundError =>
  new PlaygroundError('storage', 'That run is gone: another tab has deleted it.', 'Run it anew.');
