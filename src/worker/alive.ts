// How the page learns that a worker is no more: it tells of the lock that it holds while it lives. Not for what a worker says
// of itself (errors.ts). Where locks are refused nothing is noticed.
import { expose } from 'comlink';
import { holdForLife, onFreed } from '../core/life-lock';

/** Told once the lock is held. No call of Comlink's, which passes it over. */
interface Alive {
  readonly lock: string;
}
const isAlive = (data: unknown): data is Alive => typeof data === 'object' && data !== null && 'lock' in data;

/** In the worker: exposes its functions, and holds a lock while it lives. */
export function exposeAlive(api: object): void {
  expose(api);
  const alive: Alive = { lock: `${self.name} ${crypto.randomUUID()}` };
  void holdForLife(alive.lock).then(
    () => self.postMessage(alive),
    () => {},
  );
}

/** In the page: calls `ended` when a worker that has held its lock holds it no more. */
export function onEnd(worker: Worker, ended: () => void): void {
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isAlive(data)) onFreed(data.lock, ended);
  });
}
