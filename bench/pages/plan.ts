// Runs in the page: the engine's plan of a model with the measured time of every layer, and the best rate that the
// kernels reach where all they touch is in the first-level cache.
import { parseInt8Model } from '../../src/int8/serialize';
import { Rng } from '../../src/core/rng';
import { ModelBuilder, randomImages } from '../../src/engine/testing/models';
import type { Proof } from '../../src/engine/tilings';
import { createWasmEngine } from '../../src/engine/wasm-engine';
import type { EngineBuild } from '../../src/engine/wasm-module';
import { median } from '../../src/report/statistics';
import { bytesOf } from './base64';

export interface PlanArgument {
  /** The serialized Int8Model, base64. */
  readonly int8: string;
  readonly build: EngineBuild;
  /** A WASM module whose `read(bytes)` reads its memory's first bytes, base64. */
  readonly reader: string;
  readonly repeats: number;
}

export interface PlanFigures {
  readonly build: string;
  /** Median of a whole run on one thread: codes to codes. */
  readonly run_us: number;
  readonly peak: { readonly what: string; readonly kernel: string; readonly gmacs: number };
  /** How fast this core reads memory that its own caches do not hold. */
  readonly stream: { readonly what: string; readonly gb_per_s: number };
  readonly layers: readonly {
    readonly name: string;
    readonly kernel: string;
    readonly proof: Proof | undefined;
    readonly macs: number;
    readonly live_macs: number;
    readonly weight_bytes: number;
    readonly activation_bytes: number;
    readonly us: number;
  }[];
}

/** As much as the network's weights. */
const STREAM_BYTES = 4 * 2 ** 20;
const WASM_BASE = new URL('/wasm/', location.href).href;

export async function measure({ int8, build, reader, repeats }: PlanArgument): Promise<PlanFigures> {
  const model = parseInt8Model(bytesOf(int8));
  const engine = await createWasmEngine(model, { threads: 1, wasmBase: WASM_BASE, build });
  const codes = randomImages(model, 1, 1);
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    engine.run(codes, 1);
    return performance.now() - start;
  });
  const timings = engine.profile(repeats);
  const layers = engine.plan.layers.map((layer, i) => ({
    name: layer.name,
    kernel: timings[i].kernel,
    proof: timings[i].proof,
    macs: layer.macs,
    live_macs: layer.liveMacs,
    weight_bytes: timings[i].weightBytes,
    activation_bytes: layer.activationBytes,
    us: timings[i].microseconds,
  }));
  engine.dispose();
  return {
    build: engine.build,
    run_us: median(times) * 1000,
    peak: await measurePeak(build, repeats),
    stream: await measureStream(reader, repeats),
    layers,
  };
}

/** Reads as much as the network's weights, again and again. */
async function measureStream(wasm: string, repeats: number): Promise<PlanFigures['stream']> {
  const { instance } = await WebAssembly.instantiate(bytesOf(wasm));
  const { read, memory } = instance.exports as { read(bytes: number): number; memory: WebAssembly.Memory };
  // Pages that were never written are all the same page of zeros.
  new Uint8Array(memory.buffer).fill(1);
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    read(STREAM_BYTES);
    return performance.now() - start;
  });
  return { what: `reading ${STREAM_BYTES / 2 ** 20} MiB in WASM`, gb_per_s: STREAM_BYTES / median(times) / 1e6 };
}

/** A convolution of 8 x 8 pixels without padding whose 18 KiB of weights and 6 KiB of map stay in the cache. */
async function measurePeak(build: EngineBuild, repeats: number): Promise<PlanFigures['peak']> {
  const builder = new ModelBuilder(new Rng(1));
  // Small weights let every kernel prove that its sums fit.
  const weights = Int8Array.from({ length: 32 * 9 * 64 }, () => builder.rng.below(33) - 16);
  builder.conv(builder.tensor(10, 10, 64, 0), 32, 3, 1, 0, { weights });
  const model = builder.build('peak');
  const engine = await createWasmEngine(model, { threads: 1, wasmBase: WASM_BASE, build });
  const [{ kernel, microseconds }] = engine.profile(repeats);
  const [{ liveMacs }] = engine.plan.layers;
  engine.dispose();
  return { what: '3x3, 64 to 32 channels, 8x8 pixels, in L1', kernel, gmacs: liveMacs / microseconds / 1e3 };
}
