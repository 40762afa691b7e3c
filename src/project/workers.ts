// Starts the three workers that compute, and the one that keeps runs, and ends them. Not for the order of the steps: see project.ts.
import { releaseProxy, wrap, type Remote } from 'comlink';
import { bug, PlaygroundError } from '../core/errors';
import { Life } from './life';
import type { BaselineApi, EngineApi, ShelfApi, TrainApi } from '../worker/api';
import { onEnd } from '../worker/alive';
import '../worker/errors';

/** Calls reject when a worker's script cannot be loaded ('network') or throws outside a call ('bug'), and once they are ended. */
export interface Workers {
  readonly train: Remote<TrainApi>;
  readonly engine: Remote<EngineApi>;
  readonly baseline: Remote<BaselineApi>;
  /** They answer no more. */
  readonly over: boolean;
  end(): void;
}

/** Starts the workers; their scripts load in the background, that of the peer, which only measures, when it is first asked. */
export function startWorkers(): Workers {
  const { life, watched, end } = lifeOfWorkers();
  const train = new Worker(new URL('../worker/train.worker.ts', import.meta.url), { type: 'module', name: 'train' });
  const engine = new Worker(new URL('../worker/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  return {
    train: watched<TrainApi>('train', train),
    engine: watched<EngineApi>('engine', engine),
    baseline: whenAsked(() => {
      if (life.over) throw endedHere();
      const worker = new Worker(new URL('../worker/baseline.worker.ts', import.meta.url), {
        type: 'module',
        name: 'baseline',
      });
      return watched<BaselineApi>('baseline', worker);
    }),
    get over() {
      return life.over;
    },
    end,
  };
}

/** The worker that keeps runs: it has a life of its own, since what is computed may be ended while something is being kept. */
export interface ShelfWorker extends Pick<Workers, 'over' | 'end'> {
  readonly shelf: Remote<ShelfApi>;
}

export function startShelf(): ShelfWorker {
  const { life, watched, end } = lifeOfWorkers();
  const worker = new Worker(new URL('../worker/shelf.worker.ts', import.meta.url), { type: 'module', name: 'shelf' });
  const shelf = watched<ShelfApi>('shelf', worker);
  return {
    shelf,
    get over() {
      return life.over;
    },
    end,
  };
}

/**
 * Workers that end together.
 * @param failure what is told where the browser ended one, and where its script does not come
 */
export function lifeOfWorkers(failure = { gone, notLoaded }) {
  const ends: (() => void)[] = [];
  const life = new Life();
  return {
    life,
    watched<T>(name: string, worker: Worker): Remote<T> {
      worker.onerror = (event) => life.end(event.message ? stopped(name, event) : failure.notLoaded(name));
      onEnd(worker, () => life.end(failure.gone(name)));
      const proxy = wrap<T>(worker);
      ends.push(() => {
        proxy[releaseProxy]();
        worker.terminate();
      });
      return life.bound(proxy);
    },
    end() {
      life.end(endedHere());
      for (const end of ends) end();
    },
  };
}

/** Something that is made when something is first read of it. */
function whenAsked<T extends object>(make: () => T): T {
  let made: T | undefined;
  return new Proxy({} as T, { get: (_, name) => Reflect.get((made ??= make()), name) as unknown });
}

/** Killed by the browser, which keeps why to itself. */
const gone = (name: string): PlaygroundError =>
  new PlaygroundError(
    'stopped',
    `The ${name} worker has ended: the browser took its memory back, or it was ended by hand.`,
    'Press Retry: what was saved is kept. If it happens again, close other tabs, or choose a smaller batch.',
  );

const endedHere = () => new PlaygroundError('stopped', 'The work was ended.', 'Run the step again.');

const stopped = (name: string, { message, filename, lineno }: ErrorEvent): PlaygroundError =>
  bug(new Error(`The ${name} worker stopped: ${message} (${filename}:${lineno})`));

/** What a script throws has a message; a script that does not come, or one that it imports, has none. */
function notLoaded(name: string): PlaygroundError {
  return new PlaygroundError(
    'network',
    `The script of the ${name} worker could not be loaded.`,
    'Check the connection, then press Retry.',
  );
}
