// Which tab a training belongs to: a Web Lock per training, held by the worker that trains it until that ends, as the
// browser sees to. Where there are none (browsers of 2021, pages without HTTPS) every lock is granted. Not for storing.
import { PlaygroundError } from '../../core/errors';
import { within } from '../../core/time-limit';

const PREFIX = 'qat-playground-training/';
/** A lock manager that gives no answer for so long is none. */
const LIMIT_SECONDS = 5;

const manager = (): LockManager | undefined => (globalThis.navigator as Navigator | undefined)?.locks;

/**
 * Takes a training for this worker.
 * @param seconds to wait for the tab that has it; 0 asks once
 * @returns gives it back; resolves once others, this worker too, can take it
 * @throws PlaygroundError 'storage' when another tab has it
 */
export async function holdTraining(id: string, seconds = 0): Promise<() => Promise<void>> {
  const locks = manager();
  const free = () => Promise.resolve();
  if (!locks) return free;
  let tooLate = false;
  const held = new Promise<() => Promise<void>>((resolve, reject) => {
    const taken = (lock: Lock | null) => {
      if (!lock) return reject(elsewhere());
      if (tooLate) return undefined;
      return new Promise<void>((release) =>
        resolve(async () => {
          release();
          await asked;
        }),
      );
    };
    const options = seconds > 0 ? { signal: AbortSignal.timeout(seconds * 1000) } : { ifAvailable: true };
    const asked = locks
      .request(PREFIX + id, options, taken)
      .catch((error: unknown) => (isTimeout(error) ? reject(elsewhere()) : resolve(free)));
  });
  const silent = new Error('no answer');
  return within(held, (seconds + LIMIT_SECONDS) * 1000, () => silent).catch((error: unknown) => {
    if (error !== silent) throw error;
    tooLate = true;
    return free;
  });
}

/** Ids of the trainings that some worker has taken; undefined where that cannot be told. */
export async function heldTrainings(): Promise<ReadonlySet<string> | undefined> {
  const locks = manager();
  if (!locks) return undefined;
  try {
    const { held = [] } = await within(locks.query(), LIMIT_SECONDS * 1000, () => new Error('no answer'));
    return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
  } catch {
    return undefined;
  }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof DOMException && ['TimeoutError', 'AbortError'].includes(error.name);

const elsewhere = (): PlaygroundError =>
  new PlaygroundError('storage', 'It is training in another tab.', 'Go on with it there, or close that tab first.');
