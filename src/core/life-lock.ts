// How others learn that a worker is no more, by whatever it ended: a lock that it holds while it lives, which the browser frees
// with it. Not for locks that keep others off (src/train/saved/lock.ts), nor for what a worker says of itself.

/**
 * In the worker: resolves once it holds the lock, for good.
 * @throws whatever refuses it, where a page has no locks: without https, in a sandbox, with storage blocked
 */
export function holdForLife(lock: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const held = () => {
      resolve();
      return new Promise(() => {});
    };
    request(lock, {}, held).catch(reject);
  });
}

/** Calls `ended` when a lock that is held now is held no more. Where locks are refused nothing is noticed. */
export function onFreed(lock: string, ended: () => void, signal?: AbortSignal): void {
  void request(lock, { signal }, () => {}).then(ended, () => {});
}

/** Rejects, too, where there is no such thing as a lock. */
const request = async (lock: string, options: LockOptions, held: () => unknown): Promise<unknown> =>
  navigator.locks.request(lock, options, held);
