// The race: FP32 and INT8, on one thread and on several, at one stream of validation images. Each is measured by itself, in
// short bursts by turns: on few cores two at once would slow each other, and in long turns a machine that grows warm would
// slow the last. Not for showing it: what is shown side by side was measured one after the other.
import type { Int8Model } from '../int8/int8-model';
import type { Place } from '../model/own';
import type { Burst } from '../report/burst';
import type { Workers } from './workers';

/** Who races, on how many threads, and what was measured of it so far. */
export interface Racer {
  readonly model: 'fp32' | 'int8';
  readonly threads: number;
  readonly bursts: readonly Burst[];
}

export interface Race {
  readonly racers: readonly Racer[];
  /** Bursts of each that are done. */
  readonly rounds: number;
}

export interface RaceContext {
  readonly workers: Pick<Workers, 'engine' | 'baseline' | 'over'>;
  /** Of the network that FP32 is. */
  readonly place: Place;
  readonly int8Model: Int8Model;
  /** Resolves while the page is in sight: nothing is measured while it is not. */
  readonly inSight?: () => Promise<void>;
}

/** Of each racer. */
export const ROUNDS = 12;
export const BURST_MILLISECONDS = 250;
/** That the last racer asks for. */
const SEVERAL = 2;

/** What the engine holds while they race. */
const SLOTS = ['race', 'race-threaded'] as const;

/**
 * Round after round, each racer's bursts a round longer; ends early where the signal says so.
 * @throws PlaygroundError of workers that break or are ended meanwhile
 */
export async function* raceOf(context: RaceContext, signal: AbortSignal): AsyncGenerator<Race> {
  try {
    yield* roundsOf(context, signal);
  } finally {
    const { engine, over } = context.workers;
    // What is over holds nothing, and does not answer.
    if (!over) await Promise.all(SLOTS.map((slot) => engine.unload(slot)));
  }
}

async function* roundsOf(context: RaceContext, signal: AbortSignal): AsyncGenerator<Race> {
  const { inSight = untilVisible } = context;
  const burstOf = await startingLine(context);
  let racers: readonly Racer[] = burstOf.map(({ model, threads }) => ({ model, threads, bursts: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    const next = racers.map(({ bursts }) => [...bursts]);
    // To and fro, so that none always follows the same other one.
    const order = [...next.keys()];
    if (round % 2 === 1) order.reverse();
    for (const i of order) {
      await inSight();
      if (signal.aborted) return;
      next[i]!.push(await burstOf[i]!.burst(imagesOf(racers[i]!)));
    }
    if (signal.aborted) return;
    racers = racers.map((racer, i) => ({ ...racer, bursts: next[i]! }));
    yield { racers, rounds: round + 1 };
  }
}

const imagesOf = ({ bursts }: Racer): number => bursts.reduce((sum, { times }) => sum + times.length, 0);

/** Has the workers hold who races; several threads race only where there are several. */
async function startingLine({ workers, place, int8Model }: RaceContext) {
  const { engine, baseline } = workers;
  await baseline.start(place, 1);
  const [single, threaded] = SLOTS;
  const one = await engine.load(single, int8Model, 1);
  const several = await engine.load(threaded, int8Model, SEVERAL);
  const integers = (slot: (typeof SLOTS)[number], { threads }: { readonly threads: number }) => ({
    ...{ model: 'int8' as const, threads },
    burst: (start: number): Promise<Burst> => engine.burst(slot, start, BURST_MILLISECONDS),
  });
  return [
    {
      ...{ model: 'fp32' as const, threads: 1 },
      burst: (start: number): Promise<Burst> => baseline.burst(start, BURST_MILLISECONDS),
    },
    integers(single, one),
    ...(several.threads > 1 ? [integers(threaded, several)] : []),
  ];
}

function untilVisible(): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(untilVisible()), { once: true });
  });
}
