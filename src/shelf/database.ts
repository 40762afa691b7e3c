// The browser's database of kept runs. Not for opening it (src/core/database.ts), nor for what is in it: store.ts.
import type { DBSchema } from 'idb';
import { Database } from '../core/database';

/** Both stores as anybody may have left them: unchecked. */
export interface Stored extends DBSchema {
  /** Records by id, with the bytes of their contents: small. */
  runs: { key: string; value: unknown };
  /** Contents by id: up to 12 MB each. */
  contents: { key: string; value: unknown };
}

export const shelfDatabase = (): Database<Stored> =>
  new Database<Stored>({
    ...{ name: 'qat-playground-shelf', version: 1, what: 'kept runs' },
    makesRoom: 'Delete a kept run, discard a saved training',
    upgrade: async (database) => {
      for (const store of ['runs', 'contents'] as const) database.createObjectStore(store);
    },
  });
