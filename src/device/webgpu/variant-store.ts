// Keeps the measured choices of an adapter in IndexedDB, which workers have too, for the browser and the shaders they were
// measured with. Where there is no storage (private windows, blocked site data) nothing is kept, and every start measures.
// Not for measuring: choose-variants.ts.
import { openDB, type IDBPDatabase } from 'idb';
import { within } from '../../core/time-limit';
import type { Choices, Variant } from './variants';

export const DATABASE = 'qat-playground-webgpu';
export const STORE = 'variants';
/** Of the form of what is stored. A later version of the page may have raised it: then nothing is kept here. */
const VERSION = 3;
/** Milliseconds for the browser's storage to answer: measuring anew takes less. */
const ANSWER_LIMIT = 3000;

/** What was measured, and the fingerprint of what it was measured with. */
interface Stored {
  readonly fingerprint: string;
  readonly choices: Choices;
}

/** SHA-256 of texts, in base64. */
export async function fingerprintOf(texts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(texts.join('\0')));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/**
 * The choices kept for an adapter; undefined when there are none of this fingerprint, or not one of `variants` for each
 * of `keys`.
 */
export async function loadChoices(
  adapter: string,
  fingerprint: string,
  keys: readonly string[],
  variants: readonly Variant[],
): Promise<Choices | undefined> {
  const stored = (await inDatabase((database) => database.get(STORE, adapter))) as Partial<Stored> | undefined;
  const choices = stored?.fingerprint === fingerprint ? stored.choices : undefined;
  return choices && keys.every((key) => variants.includes(choices[key])) ? choices : undefined;
}

export async function saveChoices(adapter: string, fingerprint: string, choices: Choices): Promise<void> {
  await inDatabase((database) => database.put(STORE, { fingerprint, choices } satisfies Stored, adapter));
}

/** undefined where storage fails or does not answer: the choices can be made again. */
function inDatabase(work: (database: IDBPDatabase) => Promise<unknown>): Promise<unknown> {
  const late = () => new Error(`no answer within ${ANSWER_LIMIT} ms`);
  return within(openAndDo(work), ANSWER_LIMIT, late).catch(() => undefined);
}

async function openAndDo(work: (database: IDBPDatabase) => Promise<unknown>): Promise<unknown> {
  let database: IDBPDatabase | undefined;
  try {
    database = await openDB(DATABASE, VERSION, {
      upgrade(opened) {
        if (opened.objectStoreNames.contains(STORE)) opened.deleteObjectStore(STORE);
        opened.createObjectStore(STORE);
      },
      // A later version of the page, in another tab, may take over at any time.
      blocking: () => database?.close(),
    });
    return await work(database);
  } finally {
    database?.close();
  }
}
