// Keeps the measured choices of an adapter in IndexedDB, which workers have too. Where there is no storage (private
// windows, blocked site data) nothing is kept, and every start measures. Not for measuring: choose-variants.ts.
import { openDB, type IDBPDatabase } from 'idb';
import type { Choices, Variant } from './variants';

export const DATABASE = 'qat-playground-webgpu';
export const STORE = 'variants';
/** To be raised when a convolution kernel changes: older choices are dropped. */
const KERNELS_VERSION = 2;

/** The choices kept for an adapter; undefined when there are none, or not one of `variants` for each of `keys`. */
export async function loadChoices(
  adapter: string,
  keys: readonly string[],
  variants: readonly Variant[],
): Promise<Choices | undefined> {
  const stored = await inDatabase((database) => database.get(STORE, adapter));
  const made = (typeof stored === 'object' ? stored : undefined) as Choices | undefined;
  return made && keys.every((key) => variants.includes(made[key])) ? made : undefined;
}

export async function saveChoices(adapter: string, choices: Choices): Promise<void> {
  await inDatabase((database) => database.put(STORE, choices, adapter));
}

/** undefined where storage fails: the choices can be made again. */
async function inDatabase(work: (database: IDBPDatabase) => Promise<unknown>): Promise<unknown> {
  let database: IDBPDatabase | undefined;
  try {
    database = await openDB(DATABASE, KERNELS_VERSION, {
      upgrade(opened) {
        if (opened.objectStoreNames.contains(STORE)) opened.deleteObjectStore(STORE);
        opened.createObjectStore(STORE);
      },
    });
    return await work(database);
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}
