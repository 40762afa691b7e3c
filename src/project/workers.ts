// Starts the three workers and ends them. Not for the order of the steps: see project.ts.
import { releaseProxy, wrap, type Remote } from 'comlink';
import { bug, PlaygroundError } from '../core/errors';
import type { BaselineApi, EngineApi, TrainApi } from '../worker/api';
import '../worker/errors';

export interface Workers {
  readonly train: Remote<TrainApi>;
  readonly engine: Remote<EngineApi>;
  readonly baseline: Remote<BaselineApi>;
  /** Rejects when a worker's script cannot be loaded ('network') or throws outside a call ('bug'), and when they are ended. */
  readonly broken: Promise<never>;
  end(): void;
}

/** Starts the workers; their scripts load in the background, that of the peer, which only measures, when it is first asked. */
export function startWorkers(): Workers {
  const ends: (() => void)[] = [];
  let ended = false;
  let fail!: (error: PlaygroundError) => void;
  const broken = new Promise<never>((_, reject) => (fail = reject));
  broken.catch(() => {});

  function watched<T>(name: string, worker: Worker): Remote<T> {
    worker.onerror = (event) => fail(event.message ? stopped(name, event) : notLoaded(name));
    const proxy = wrap<T>(worker);
    ends.push(() => {
      proxy[releaseProxy]();
      worker.terminate();
    });
    return proxy;
  }
  const train = new Worker(new URL('../worker/train.worker.ts', import.meta.url), { type: 'module', name: 'train' });
  const engine = new Worker(new URL('../worker/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  return {
    train: watched<TrainApi>('train', train),
    engine: watched<EngineApi>('engine', engine),
    baseline: whenAsked(() => {
      if (ended) throw endedHere();
      const worker = new Worker(new URL('../worker/baseline.worker.ts', import.meta.url), {
        type: 'module',
        name: 'baseline',
      });
      return watched<BaselineApi>('baseline', worker);
    }),
    broken,
    end() {
      ended = true;
      fail(endedHere());
      for (const end of ends) end();
    },
  };
}

/** Something that is made when something is first read of it. */
function whenAsked<T extends object>(make: () => T): T {
  let made: T | undefined;
  return new Proxy({} as T, { get: (_, name) => Reflect.get((made ??= make()), name) as unknown });
}

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
