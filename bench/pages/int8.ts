// Runs in the page: starts every contestant in its own worker and times them in turn, never two at once.
// Not for what the figures mean: bench/int8.ts.
import { wrap, type Remote } from 'comlink';
import type { Block, ContestantWorker } from './contestant.worker';
import type { ContestantSpec } from './contestants/contestant';
import { bytesOf } from './base64';

export interface Int8Argument {
  /** The serialized Int8Model, base64. */
  readonly int8: string;
  readonly latency: readonly ContestantSpec[];
  /** Indices of the contestants whose throughput is measured too. */
  readonly throughput: readonly number[];
  readonly rounds: number;
  readonly batch: number;
  readonly throughputRounds: number;
}

export interface Measured {
  readonly what: string;
  readonly threads: number;
  /** Predicted class of each of the first test images. */
  readonly predictions: readonly number[];
  /** Milliseconds of every timed image at batch 1. */
  readonly times: readonly number[];
  /** Milliseconds of every timed batch; empty where throughput is not measured. */
  readonly batchTimes: readonly number[];
}

/** Before the first round, as many blocks' untimed calls. */
const WARM_UP = 10;
const BLOCK: Block = { batch: 1, untimed: 3, timed: 10 };
/** After each block: time for the threads of the one that ran to stop spinning. */
const REST_MS = 10;

const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

export async function measure(argument: Int8Argument): Promise<Measured[]> {
  const baseUrl = new URL('/', location.href).href;
  const int8 = bytesOf(argument.int8);
  const { batch } = argument;

  const started: { remote: Remote<ContestantWorker>; what: string; threads: number; predictions: number[] }[] = [];
  for (const spec of argument.latency) {
    const worker = new Worker(new URL('./contestant.worker.ts', import.meta.url), { type: 'module' });
    const remote = wrap<ContestantWorker>(worker);
    const about = await remote.start(spec, { baseUrl, int8, batch });
    started.push({ remote, ...about, predictions: await remote.predictions() });
  }

  /** Every round starts with the next contestant, so that none always follows the same one. */
  const inTurn = async (indices: readonly number[], rounds: number, block: Block): Promise<number[][]> => {
    const times = started.map((): number[] => []);
    const warmUp = { ...block, untimed: WARM_UP * block.untimed, timed: 0 };
    for (const index of indices) await started[index].remote.run(warmUp);
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < indices.length; turn++) {
        const index = indices[(round + turn) % indices.length];
        await rest();
        times[index].push(...(await started[index].remote.run(block)));
      }
    return times;
  };
  const times = await inTurn([...started.keys()], argument.rounds, BLOCK);
  const batchTimes = await inTurn(argument.throughput, argument.throughputRounds, { batch, untimed: 1, timed: 3 });
  return started.map(({ what, threads, predictions }, i) => ({
    ...{ what, threads, predictions },
    times: times[i],
    batchTimes: batchTimes[i],
  }));
}
