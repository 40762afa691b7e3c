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

/** Starts all workers; their scripts load in the background. */
export function startWorkers(): Workers {
  const workers = {
    train: new Worker(new URL('../worker/train.worker.ts', import.meta.url), { type: 'module', name: 'train' }),
    engine: new Worker(new URL('../worker/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
    baseline: new Worker(new URL('../worker/baseline.worker.ts', import.meta.url), {
      type: 'module',
      name: 'baseline',
    }),
  };
  let ended!: () => void;
  const broken = new Promise<never>((_, reject) => {
    ended = () => reject(new PlaygroundError('stopped', 'The work was ended.', 'Run the step again.'));
    for (const [name, worker] of Object.entries(workers))
      worker.onerror = (event) => reject(event.message ? stopped(name, event) : notLoaded(name));
  });
  broken.catch(() => {});
  const proxies = {
    train: wrap<TrainApi>(workers.train),
    engine: wrap<EngineApi>(workers.engine),
    baseline: wrap<BaselineApi>(workers.baseline),
  };
  return {
    ...proxies,
    broken,
    end() {
      ended();
      for (const proxy of Object.values(proxies)) proxy[releaseProxy]();
      for (const worker of Object.values(workers)) worker.terminate();
    },
  };
}

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
