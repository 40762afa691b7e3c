// What the tests of this room share: a browser's database and lock manager in Node, records and states of no training.
// Not for the product.
import 'fake-indexeddb/auto';
import { vi } from 'vitest';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { freshState, type TrainState } from '../state';
import type { RunRecord, TrainingRecord } from './record';

/** Web Locks as far as this room uses them: exclusive, asked for once or waited for until a signal. */
export class FakeLocks {
  private held = new Map<string, Promise<unknown>>();

  /** As when the tabs close that hold them. */
  freeAll(): void {
    this.held = new Map();
  }

  async request(
    name: string,
    { ifAvailable = false, signal }: LockOptions,
    granted: (lock: { name: string } | null) => unknown,
  ): Promise<unknown> {
    if (ifAvailable && this.held.has(name)) return granted(null);
    while (this.held.has(name)) {
      const aborted = new Promise<never>((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error)),
      );
      await Promise.race([this.held.get(name), aborted]);
    }
    const { held } = this;
    const work = Promise.resolve(granted({ name }));
    held.set(name, work);
    return work.finally(() => held.delete(name));
  }

  query(): Promise<{ held: { name: string }[] }> {
    return Promise.resolve({ held: [...this.held.keys()].map((name) => ({ name })) });
  }
}

/** A browser that has saved nothing yet. */
export function freshBrowser(locks = new FakeLocks()): void {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', { locks });
}

/** The browser's database, by its own API. @returns what `work` asked for last */
export function inDatabase<T>(
  version: number,
  work: (database: IDBDatabase) => IDBRequest<T> | undefined,
  upgrade: (database: IDBDatabase) => void = () => {},
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('qat-playground-training', version);
    opening.onupgradeneeded = () => upgrade(opening.result);
    opening.onerror = () => reject(opening.error!);
    opening.onsuccess = () => {
      const request = work(opening.result);
      const done = () => {
        opening.result.close();
        resolve(request?.result);
      };
      if (request?.transaction) request.transaction.oncomplete = done;
      else done();
    };
  });
}

export const runOf = (step: number, ended = false): RunRecord => ({
  step,
  history: {
    losses: new Array<number>(step).fill(1),
    validations: [],
    schedule: [{ step: 0, rate: 0.1 }].slice(0, step),
  },
  ...(ended && {
    result: {
      ...{
        steps: step,
        finished: true,
        diverged: false,
        losses: new Float32Array(step).fill(1),
        schedule: [{ step: 0, rate: 0.1 }],
      },
      ...{ imagesPerSecond: 1, tensorsAtStart: 1, tensorsAtEnd: 1 },
    },
  }),
});

export const recordOf = (id: string, savedAt: number, qat: RunRecord, control?: RunRecord): TrainingRecord => ({
  ...{ id, options: DEFAULT_RECIPE, savedAt, runs: { qat, ...(control && { control }) } },
});

/** Told from others by one value. */
export const stateOf = (step: number, mark = 0): TrainState => ({
  ...freshState(new Map([['fc.bias', { shape: [2], data: Float32Array.of(step, mark) }]])),
  step,
});
