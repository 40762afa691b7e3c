// Chooses each layer's kernels by running them: how fast a relaxed instruction is cannot be asked, only measured.
// All candidates give the same integers, so the choice never changes a result. Not for proving that: plan.ts, pack.ts.
import type { MemoryImage, TilingRecords } from './memory-image';
import type { EngineExports } from './wasm-module';

export interface LayerTiming {
  readonly kernel: string;
  readonly proof: string;
  readonly microseconds: number;
}

/** Rounds over all candidates; the fastest run of each counts, since noise only ever adds. */
const ROUNDS = 6;
/** A clock of a page that is not isolated ticks only every 100 microseconds: repeat until that is small. */
const MINIMUM_MS = 0.02;

/** Milliseconds of one run of a layer's two records. */
function timeLayer(layer: number, exports: EngineExports): number {
  const start = performance.now();
  let runs = 0;
  let elapsed: number;
  do {
    exports.runOperation(1 + 2 * layer);
    exports.runOperation(2 + 2 * layer);
    runs++;
    elapsed = performance.now() - start;
  } while (elapsed < MINIMUM_MS);
  return elapsed / runs;
}

const fastest = (times: readonly number[]): number => times.indexOf(Math.min(...times));

/** Times every layer's candidates and writes the fastest into memory. */
export function tune(image: MemoryImage, memory: ArrayBufferLike, exports: EngineExports): Tuned {
  const best = image.choices.map((choices: readonly TilingRecords[]) => choices.map(() => Infinity));
  for (let round = 0; round < ROUNDS; round++)
    best.forEach((times, layer) => {
      if (times.length === 1) return;
      times.forEach((time, choice) => {
        image.choose(memory, layer, choice);
        times[choice] = Math.min(time, timeLayer(layer, exports));
      });
    });
  const chosen = best.map(fastest);
  chosen.forEach((choice, layer) => image.choose(memory, layer, choice));
  return {
    time: (repeats) =>
      chosen.map((choice, layer) => {
        const times = Array.from({ length: repeats }, () => timeLayer(layer, exports)).sort((a, b) => a - b);
        const { name, proof } = image.choices[layer][choice].tiling;
        return { kernel: name, proof, microseconds: times[times.length >> 1] * 1000 };
      }),
  };
}

export interface Tuned {
  /** The chosen kernels with the median time of each layer over `repeats` measurements. */
  time(repeats: number): LayerTiming[];
}
