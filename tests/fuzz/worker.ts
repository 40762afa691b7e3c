// One target in a thread of its own, its cases guided by V8's own block coverage. What it reads next lies in shared memory,
// so that whoever started it has the file when it never ends. Not for limits of time: scripts/fuzz.ts.
import { Session, type Profiler } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { Fuzzer, type Coverage } from './fuzzer';
import { TARGETS } from './targets';

/** What the thread is given. */
export interface FuzzWork {
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  /** Length of the file that is being read, then the file. */
  readonly current: SharedArrayBuffer;
}
/** What it tells after each round. */
export interface FuzzProgress {
  readonly tried: number;
  readonly corpus: number;
  readonly lost: readonly { readonly what: string; readonly file: Uint8Array }[];
}

if ((workerData as { readonly list?: true }).list) parentPort!.postMessage(TARGETS.map(({ name }) => ({ name })));
else fuzz(workerData as FuzzWork);

function fuzz({ target: name, seed, cases, current }: FuzzWork): void {
  const target = TARGETS.find((one) => one.name === name)!;
  const [length, bytes] = [new Int32Array(current, 0, 1), new Uint8Array(current, 4)];
  const fuzzer = new Fuzzer(target, seed, blockCoverage(), (file) => {
    bytes.set(file.subarray(0, bytes.length));
    Atomics.store(length, 0, file.length);
  });
  for (let tried = 0; tried < cases;) {
    const round = fuzzer.round();
    tried += round.tried;
    const progress: FuzzProgress = { tried: round.tried, corpus: fuzzer.corpus, lost: round.lost };
    parentPort!.postMessage(progress);
  }
}

/** Blocks of this bundle that were run since the last call. Inspector calls of a thread to itself answer at once. */
function blockCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => takenFrom(session);
}

function takenFrom(session: Session): ReadonlySet<string> {
  const places = new Set<string>();
  session.post('Profiler.takePreciseCoverage', (_, taken: Profiler.TakePreciseCoverageReturnType) => {
    for (const { url, functions } of taken.result)
      if (url === import.meta.url)
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) places.add(`${startOffset}-${endOffset}`);
  });
  return places;
}
