// How the page learns that a worker is no more, by whatever it ended: a lock of its own, which the browser frees with it. Not
// for what a worker says of itself (errors.ts). Where a browser has no Web Locks nothing is noticed.
import { expose } from 'comlink';

/** Told once the lock is held. No call of Comlink's, which passes it over. */
interface Alive {
  readonly lock: string;
}
const isAlive = (data: unknown): data is Alive => typeof data === 'object' && data !== null && 'lock' in data;

/** In the worker: exposes its functions, and holds a lock while it lives. */
export function exposeAlive(api: object): void {
  expose(api);
  const lock = `${self.name} ${crypto.randomUUID()}`;
  const locks = navigator.locks as LockManager | undefined;
  void locks?.request(lock, () => {
    const alive: Alive = { lock };
    self.postMessage(alive);
    return new Promise(() => {});
  });
}

/** In the page: calls `ended` when a worker that has held its lock holds it no more. */
export function onEnd(worker: Worker, ended: () => void): void {
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isAlive(data)) void navigator.locks.request(data.lock, ended);
  });
}
