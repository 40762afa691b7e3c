// Runs in the page: one network at several widths on our engine, one thread, batch 1, in turn; and each layer alone.
// Not for what the figures mean: bench/bits.ts.
import { dequantizeOutput, imageCodes } from '../../src/convert/image';
import { openCifar10 } from '../../src/data/cifar10';
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { createReferenceEngine } from '../../src/engine/reference';
import { createWasmEngine } from '../../src/engine/wasm-engine';
import { parseInt8Model } from '../../src/int8/serialize';
import { bytesOf } from './base64';

export interface BitsArgument {
  /** Serialized Int8Models, base64. */
  readonly models: readonly string[];
  readonly rounds: number;
  readonly repeats: number;
}

export interface BitsFigures {
  readonly build: string;
  /** Milliseconds of every timed image. */
  readonly times: readonly number[];
  readonly layers: readonly {
    readonly name: string;
    readonly kernel: string;
    readonly live_macs: number;
    readonly weight_bytes: number;
    readonly activation_bytes: number;
    readonly us: number;
  }[];
}

/** Test images that are timed in turn, and those of them whose codes are held against the reference engine's. */
const IMAGES = 100;
const CHECKED = 2;
/** Of each network in each round: untimed images, then timed ones. */
const UNTIMED = 3;
const TIMED = 10;

export async function measure({ models, rounds, repeats }: BitsArgument): Promise<BitsFigures[]> {
  const base = new URL('/', location.href).href;
  const { pixels } = await (await openCifar10(`${base}data/`)).images('test', 0, IMAGES);
  const size = pixels.length / IMAGES;
  const images = Array.from({ length: IMAGES }, (_, i) => pixels.slice(i * size, (i + 1) * size));
  const contestants = [];
  for (const bytes of models) {
    const model = parseInt8Model(bytesOf(bytes));
    const engine = await createWasmEngine(model, { threads: 1, wasmBase: `${base}wasm/` });
    const reference = createReferenceEngine(model);
    for (const image of images.slice(0, CHECKED)) {
      const codes = imageCodes(image, 1, model, CIFAR10);
      if (engine.run(codes, 1).join() !== reference.run(codes, 1).join())
        throw new Error(`${model.name}: the engine and the reference differ`);
    }
    const run = (image: Uint8Array) => dequantizeOutput(engine.run(imageCodes(image, 1, model, CIFAR10), 1), model);
    contestants.push({ engine, run, times: [] as number[] });
  }
  // Every round starts with the next network, so that none always follows the same one; the first is untimed.
  for (let round = -1; round < rounds; round++)
    for (let turn = 0; turn < contestants.length; turn++) {
      const { run, times } = contestants[(Math.max(0, round) + turn) % contestants.length];
      for (let i = 0; i < UNTIMED + TIMED; i++) {
        const image = images[(Math.max(0, round) * TIMED + i) % IMAGES];
        const start = performance.now();
        run(image);
        if (round >= 0 && i >= UNTIMED) times.push(performance.now() - start);
      }
    }
  return contestants.map(({ engine, times }) => {
    const timings = engine.profile(repeats);
    const layers = engine.plan.layers.map(({ name, liveMacs, activationBytes }, i) => ({
      ...{ name, kernel: timings[i].kernel, live_macs: liveMacs, weight_bytes: timings[i].weightBytes },
      ...{ activation_bytes: activationBytes, us: timings[i].microseconds },
    }));
    engine.dispose();
    return { build: engine.build, times, layers };
  });
}
