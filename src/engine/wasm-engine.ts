// The WASM engine: plans a model, lays it out in memory, chooses kernels by timing them, runs it on one or more threads.
// Not for its parts: plan.ts, memory-image.ts, tune.ts, threads.ts; nor for floats.
import type { Int8Model } from '../int8/int8-model';
import { PlaygroundError } from '../core/errors';
import { Patience, usefulThreads } from '../core/threads';
import type { KernelMode } from './kernels';
import { layOut, type MemoryImage } from './memory-image';
import { planModel, type Plan, type StoredTensor } from './plan';
import { storedOf } from './stored';
import { startEngineThreads } from './threads';
import { choose, timeLayers, tune, type LayerTiming } from './tune';
import type { Int8Engine } from './types';
import {
  fetchEngineModule,
  hasRelaxedSimd,
  instantiateEngine,
  type EngineBuild,
  type EngineExports,
} from './wasm-module';

interface EngineOptions {
  /** Wanted threads; fewer where they are of no use or do not start, one where the page is not isolated. */
  readonly threads: number;
  /** Default 'auto': relaxed SIMD where the browser has it. */
  readonly build?: 'auto' | EngineBuild;
  /** Only kernels of this mode: for tests and benchmarks. */
  readonly mode?: KernelMode;
}

export interface WasmEngineOptions extends EngineOptions {
  /** URL of the folder with the engine's WASM files, with a slash at its end. */
  readonly wasmBase: string;
  /** A compiled build in place of one from `wasmBase`; `build` says which one it is. */
  readonly module?: WebAssembly.Module;
}

/** The engine with what the page and benchmarks show of it. */
export interface WasmEngine extends Int8Engine {
  readonly build: EngineBuild;
  readonly plan: Plan;
  /** Chosen kernel and time of each layer of the plan, alone on one thread. */
  profile(repeats: number): LayerTiming[];
}

const PAGE = 65_536;
/** As the module declares it. */
const MAX_PAGES = 65_536;
/** Images that fit in memory at once; longer batches are run in pieces. */
const BATCH = 256;

/** A tensor's codes as the model has them, from their stored form at `at`. */
export function codesAt(memory: Uint8Array, at: number, plan: Plan, index: number, stored: StoredTensor): Uint8Array {
  const { h, w, c } = plan.model.tensors[index];
  const codes = new Uint8Array(h * w * c);
  for (let y = 0, to = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const from = at + y * stored.rowBytes + stored.left + x * stored.pixelBytes;
      for (let i = 0; i < c; i++) codes[to++] = memory[from + i] + stored.rebase;
    }
  return codes;
}

/** A plan in its own memory with its own instance. */
class Program {
  readonly bytes: Uint8Array;

  private constructor(
    readonly plan: Plan,
    readonly image: MemoryImage,
    readonly memory: WebAssembly.Memory,
    readonly exports: EngineExports,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  static load(plan: Plan, module: WebAssembly.Module, arenas: number, images: number): Program {
    const image = layOut(plan, arenas, images);
    // Shared also for one thread: memory that never grows reserves nothing beyond its size, some 5 to 9 MB for ResNet18.
    const pages = Math.ceil(image.bytes / PAGE);
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: pages, maximum: Math.min(pages, MAX_PAGES), shared: true });
    } catch (cause) {
      const megabytes = Math.ceil(image.bytes / 2 ** 20);
      const hint = 'Close other tabs and programs, then try again.';
      throw new PlaygroundError('out-of-memory', `The integer engine needs ${megabytes} MB.`, hint, { cause });
    }
    image.write(memory.buffer);
    return new Program(plan, image, memory, instantiateEngine(module, memory, new Patience().stalled));
  }

  /** @returns false when another thread has stopped: there is no result, and this memory is lost */
  run(codes: Uint8Array, n: number, threads: number): boolean {
    this.bytes.set(codes, this.image.input);
    const outcome = this.exports.run(n, threads);
    if (outcome === 1)
      throw new PlaygroundError(
        'bad-argument',
        `An image has a code above ${this.plan.model.tensors[0].q.qmax}.`,
        'Quantize it with the scale, zero point and range of the model.',
      );
    return outcome === 0;
  }
}

/** The engine for a model, its build downloaded and verified. @throws PlaygroundError as engineOf and fetchEngineModule */
export function createWasmEngine(
  model: Int8Model,
  { wasmBase, module, ...options }: WasmEngineOptions,
): Promise<WasmEngine> {
  return engineOf(model, async (build) => module ?? (await fetchEngineModule(build, wasmBase)), options);
}

/**
 * The engine for a model.
 * @param moduleOf asked once, for the build that is to run
 * @throws PlaygroundError 'bad-file' for a model that cannot run exactly, 'out-of-memory'
 */
export async function engineOf(
  model: Int8Model,
  moduleOf: (build: EngineBuild) => Promise<WebAssembly.Module>,
  options: EngineOptions,
): Promise<WasmEngine> {
  const wanted = options.build ?? 'auto';
  const build = wanted === 'auto' ? (hasRelaxedSimd() ? 'relaxed' : 'plain') : wanted;
  const planOptions = { relaxed: build === 'relaxed', mode: options.mode };
  const plan = planModel(model, planOptions);
  const module = await moduleOf(build);
  const threads = usefulThreads(options.threads);
  let program = Program.load(plan, module, threads, BATCH);
  // They come up while kernels are chosen.
  const starting = startEngineThreads(threads - 1, { module, memory: program.memory }, () => endOthers());
  const chosen = tune(program.image, program.memory.buffer, program.exports);
  const others = await starting;
  let alone = others.count === 0;
  const endOthers = (): void => {
    if (alone) return;
    alone = true;
    program.exports.publish(0);
    others.end();
  };
  /** Runs on all threads; where one stops, again and from then on alone, in memory that no other ever writes to. */
  const run = (codes: Uint8Array, n: number): void => {
    if (program.run(codes, n, engine.threads)) return;
    endOthers();
    program = Program.load(plan, module, 1, BATCH);
    choose(program.image, program.memory.buffer, chosen);
    program.run(codes, n, 1);
  };
  // A plan of its own that keeps every tensor, made when first asked for.
  let tracer: Program | undefined;
  const result = storedOf(plan, plan.result);
  const { h, w, c } = model.tensors[plan.result];
  const [imageSize, outputSize] = [model.tensors[0].h * model.tensors[0].w * model.tensors[0].c, h * w * c];

  let disposed = false;
  const check = (codes: Uint8Array, length: number): void => {
    if (disposed) throw new PlaygroundError('bad-argument', 'This engine was disposed of.', 'Make a new one.');
    checkLength(codes, length);
  };

  const engine: WasmEngine = {
    description: build === 'relaxed' ? 'wasm-relaxed-simd' : 'wasm-simd',
    get threads() {
      return alone ? 1 : 1 + others.count;
    },
    build,
    plan,
    run(codes, n) {
      check(codes, n * imageSize);
      const output = new Uint8Array(n * outputSize);
      for (let start = 0; start < n; start += BATCH) {
        const images = Math.min(BATCH, n - start);
        run(codes.subarray(start * imageSize, (start + images) * imageSize), images);
        for (let i = 0; i < images; i++) {
          const at = program.image.output + i * result.bytes;
          output.set(codesAt(program.bytes, at, plan, plan.result, result), (start + i) * outputSize);
        }
      }
      return output;
    },
    trace(codes) {
      check(codes, imageSize);
      const all = (tracer ??= Program.load(planModel(model, { ...planOptions, separate: true }), module, 1, 1));
      all.run(codes, 1, 1);
      return model.ops.map(({ output }) => {
        const stored = storedOf(all.plan, output);
        return codesAt(all.bytes, all.image.arena + stored.offset, all.plan, output, stored);
      });
    },
    profile: (repeats) => timeLayers(program.image, program.exports, chosen, repeats),
    dispose() {
      disposed = true;
      endOthers();
    },
  };
  return engine;
}

function checkLength(codes: Uint8Array, length: number): void {
  if (codes.length !== length)
    throw new PlaygroundError(
      'bad-argument',
      `The images have ${codes.length} codes, not ${length}.`,
      'Pass height x width x channels codes per image.',
    );
}
