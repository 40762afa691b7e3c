// Chooses each layer's kernels by running them: how fast a relaxed instruction is cannot be asked, only measured.
// All candidates give the same integers, so the choice never changes a result. Not for proving that: plan.ts, pack.ts.
import type { MemoryImage } from './memory-image';
import type { EngineExports } from './wasm-module';

export interface LayerTiming {
  readonly kernel: string;
  readonly proof: string;
  /** Of weights as the kernel reads them. */
  readonly weightBytes: number;
  readonly microseconds: number;
}

/** Rounds over all candidates; the fastest run of each counts, since noise only ever adds. */
const ROUNDS = 4;
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

/** Times every layer's candidates and writes the fastest into memory. @returns each layer's choice */
export function tune(image: MemoryImage, memory: ArrayBufferLike, exports: EngineExports): number[] {
  const best = image.choices.map((choices) => choices.map(() => Infinity));
  for (let round = 0; round < ROUNDS; round++)
    best.forEach((times, layer) => {
      if (times.length === 1) return;
      times.forEach((time, choice) => {
        image.choose(memory, layer, choice);
        times[choice] = Math.min(time, timeLayer(layer, exports));
      });
    });
  const chosen = best.map(fastest);
  choose(image, memory, chosen);
  return chosen;
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
  const times = chosen.map((): number[] => []);
  for (let i = 0; i < repeats; i++)
    times.forEach((list, layer) => {
      const start = performance.now();
      runLayer(layer, exports);
      list.push(performance.now() - start);
    });
  return chosen.map((choice, layer) => {
    const { tiling, weightBytes } = image.choices[layer][choice];
    return { kernel: tiling.name, proof: tiling.proof, weightBytes, microseconds: typical(times[layer]) * 1000 };
  });
}
