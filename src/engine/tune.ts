// Chooses each layer's kernels by running them: how fast a relaxed instruction is cannot be asked, only measured.
// All candidates give the same integers, so the choice never changes a result. Not for proving that: plan.ts, pack.ts.
import type { MemoryImage } from './memory-image';
import type { Proof } from './tilings';
import type { EngineExports } from './wasm-module';

export interface LayerTiming {
  readonly kernel: string;
  /** undefined for a layer without weights. */
  readonly proof: Proof | undefined;
  /** Of weights as the kernel reads them. */
  readonly weightBytes: number;
  readonly microseconds: number;
}

/**
 * Rounds over all candidates; the fastest run of each counts, since noise only ever adds. They end when so many in a row
 * have made none faster by as much as that share: until then the browser may still be compiling a kernel for speed.
 */
const ROUNDS = { settled: 2, most: 6, share: 0.1 };
/**
 * Kernels that take at most so many times as long as the fastest where a layer runs over and over are tried in the network,
 * where weights come from further off than the nearest cache: so many runs each.
 */
const CLOSE = 1.3;
const RUNS = 6;
const WARM_RUNS = 1;
/** Single layers cannot be timed by a clock that ticks more coarsely. */
const FINE_TICK_MS = 0.02;
/** The clock ticks every 5 microseconds, every 100 where the page is not isolated: repeat until that is small. */
const MINIMUM_MS = 0.1;
/** Slowest share of a layer's timings that does not count in a profile: the system's interruptions. */
const INTERRUPTED = 0.1;

function runLayer(layer: number, exports: EngineExports): void {
  exports.runOperation(1 + 2 * layer);
  exports.runOperation(2 + 2 * layer);
}

/** Milliseconds of one run of a layer, over and over. */
function timeLayer(layer: number, exports: EngineExports): number {
  const start = performance.now();
  let runs = 0;
  let elapsed: number;
  do {
    runLayer(layer, exports);
    runs++;
    elapsed = performance.now() - start;
  } while (elapsed < MINIMUM_MS);
  return elapsed / runs;
}

const fastest = (times: readonly number[]): number => times.indexOf(Math.min(...times));

/** Mean of all but the slowest: a clock of coarse ticks is right on average, its median is not. */
function typical(times: readonly number[]): number {
  const kept = [...times].sort((a, b) => a - b).slice(0, Math.ceil(times.length * (1 - INTERRUPTED)));
  return kept.reduce((sum, time) => sum + time, 0) / kept.length;
}

/** Times every layer's candidates and writes the best into memory. @returns each layer's choice */
export function tune(image: MemoryImage, memory: ArrayBufferLike, exports: EngineExports): number[] {
  const alone = timeAlone(image, memory, exports);
  const close = alone.map((times) => {
    const limit = Math.min(...times) * CLOSE;
    return [...times.keys()].filter((choice) => times[choice] <= limit);
  });
  const chosen = isClockFine() ? fastestInPlace(close, image, memory, exports) : alone.map(fastest);
  choose(image, memory, chosen);
  return chosen;
}

/** Milliseconds of every layer's candidates, each layer over and over by itself. */
function timeAlone(image: MemoryImage, memory: ArrayBufferLike, exports: EngineExports): number[][] {
  const least = image.choices.map((choices) => choices.map(() => Infinity));
  for (let round = 0, settled = 0; round < ROUNDS.most && settled < ROUNDS.settled; round++) {
    settled++;
    least.forEach((times, layer) => {
      if (times.length === 1) return;
      times.forEach((before, choice) => {
        image.choose(memory, layer, choice);
        const time = timeLayer(layer, exports);
        if (time < before * (1 - ROUNDS.share)) settled = 0;
        times[choice] = Math.min(before, time);
      });
    });
  }
  return least;
}

/** Of each layer's candidates the one that takes least in runs of the whole network. */
function fastestInPlace(
  candidates: readonly (readonly number[])[],
  image: MemoryImage,
  memory: ArrayBufferLike,
  exports: EngineExports,
): number[] {
  const times = candidates.map((choices) => choices.map((): number[] => []));
  const turns = Math.max(...candidates.map(({ length }) => length));
  for (let turn = 0; turn < turns; turn++) {
    choose(
      image,
      memory,
      candidates.map((choices) => choices[turn % choices.length]),
    );
    // Other kernels' weights, packed otherwise, leave the caches first.
    timesInPlace(candidates.length, exports, WARM_RUNS);
    timesInPlace(candidates.length, exports, RUNS).forEach((runs, layer) => {
      times[layer][turn % candidates[layer].length].push(...runs);
    });
  }
  return candidates.map((choices, layer) => choices[fastest(times[layer].map(typical))]);
}

/** Milliseconds of each layer in so many runs of the whole network, with the kernels as they are chosen. */
function timesInPlace(layers: number, exports: EngineExports, runs: number): number[][] {
  const times = Array.from({ length: layers }, (): number[] => []);
  for (let run = 0; run < runs; run++)
    times.forEach((list, layer) => {
      const start = performance.now();
      runLayer(layer, exports);
      list.push(performance.now() - start);
    });
  return times;
}

/** A page that is not isolated has a coarse clock. */
function isClockFine(): boolean {
  const start = performance.now();
  let now = start;
  while (now === start) now = performance.now();
  return now - start <= FINE_TICK_MS;
}

/** Writes each layer's choice into memory. */
export function choose(image: MemoryImage, memory: ArrayBufferLike, chosen: readonly number[]): void {
  chosen.forEach((choice, layer) => image.choose(memory, layer, choice));
}

/**
 * The chosen kernels with each layer's mean time over `repeats` runs of the whole network on one thread, layer after
 * layer: weights come from where they lie after a whole run, not from the nearest cache. Needs an isolated page's clock.
 */
export function timeLayers(
  image: MemoryImage,
  exports: EngineExports,
  chosen: readonly number[],
  repeats: number,
): LayerTiming[] {
  const times = timesInPlace(chosen.length, exports, repeats);
  return chosen.map((choice, layer) => {
    const { tiling, weightBytes } = image.choices[layer][choice];
    return { kernel: tiling.name, proof: tiling.proof, weightBytes, microseconds: typical(times[layer]) * 1000 };
  });
}
