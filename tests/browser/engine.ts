// What engine.spec.ts runs in the page: the WASM engine with a build, threads and a mode, on models that Node made or
// that the page makes itself. Returns codes, differences or checksums. Not for judging them.
import { CIFAR10 } from '../../src/data/cifar10-spec';
import { imageCodes } from '../../src/convert/image';
import type { Int8Model } from '../../src/int8/int8-model';
import { parseInt8Model } from '../../src/int8/serialize';
import type { PlaygroundError } from '../../src/core/errors';
import { openCifar10 } from '../../src/data/cifar10';
import type { KernelMode } from '../../src/engine/kernels';
import { createReferenceEngine } from '../../src/engine/reference';
import { agreement, type Agreement } from '../../src/engine/testing/agreement';
import { randomImages, randomResNet18 } from '../../src/engine/testing/models';
import { randomNetwork } from '../../src/engine/testing/networks';
import { FEW_BITS_LENGTH, SWEEP_LENGTH, fewBitsModel, sweptModel, type Pattern } from '../../src/engine/testing/sweep';
import { TestProgram } from '../../src/engine/testing/test-program';
import { createWasmEngine, type WasmEngine } from '../../src/engine/wasm-engine';
import { fetchEngineModule, type EngineBuild } from '../../src/engine/wasm-module';

const ROOT = new URL('/', location.href).href;

interface Setting {
  readonly build: EngineBuild;
  readonly threads: number;
  readonly mode?: KernelMode;
}

const create = (model: Int8Model, setting: Setting): Promise<WasmEngine> =>
  createWasmEngine(model, { ...setting, wasmBase: '/wasm/' });

/** The index-th of images that lie one after another. */
const part = (codes: Uint8Array, index: number, count: number): Uint8Array =>
  codes.subarray((index * codes.length) / count, ((index + 1) * codes.length) / count);
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((code, i) => code === b[i]);

/** FNV-1a of the codes. */
function fingerprint(codes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ code, 0x01000193);
  return hash >>> 0;
}

const fetchBytes = async (url: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(url)).arrayBuffer());

export interface FileRun {
  /** Output codes of all images. */
  readonly output: Uint8Array;
  /** Per traced image the codes of every operation. */
  readonly traces: readonly Uint8Array[][];
  /** What each layer with weights ran on. */
  readonly kernels: readonly string[];
}

/**
 * Runs a model file on n images and traces the first of them, once per setting.
 * @returns undefined where a setting's mode is not exact
 */
export async function runFile(
  [modelUrl, pixelsUrl]: readonly [string, string],
  n: number,
  traced: number,
  settings: readonly Setting[],
): Promise<(FileRun | undefined)[]> {
  const model = parseInt8Model(await fetchBytes(modelUrl));
  const codes = imageCodes(await fetchBytes(pixelsUrl), n, model, CIFAR10);
  const runs: (FileRun | undefined)[] = [];
  for (const setting of settings) {
    const engine = await create(model, setting).catch((error: Error) => {
      if (error.message !== `no exact kernel of mode ${setting.mode}`) throw error;
      return undefined;
    });
    runs.push(
      engine && {
        output: engine.run(codes, n),
        traces: Array.from({ length: traced }, (_, i) => engine.trace(part(codes, i, n))),
        kernels: engine.profile(1).flatMap(({ kernel }, i) => (engine.plan.layers[i].conv ? [kernel] : [])),
      },
    );
    engine?.dispose();
  }
  return runs;
}

export interface SweptAgreement extends Agreement {
  readonly name: string;
  readonly pattern: Pattern;
  /** The largest codes that the two convolutions read, as stored; and channels of the second one's input. */
  readonly largest: number;
  readonly channels: number;
}

/** All swept convolutions in one build. */
export async function sweep(build: EngineBuild): Promise<SweptAgreement[]> {
  const program = await TestProgram.create(await fetchEngineModule(build, '/wasm/'));
  return Array.from({ length: SWEEP_LENGTH }, (_, index) => {
    const { model, pattern, images, n } = sweptModel(index);
    const [image, middle] = model.tensors;
    const first = model.ops[0];
    const rebase = first.op === 'conv' && first.relu ? middle.q.zeroPoint : 0;
    const largest = Math.max(image.q.qmax, middle.q.qmax - rebase);
    const outcome = agreement(program, build === 'relaxed', model, images, n);
    return { ...outcome, name: model.name, pattern, largest, channels: middle.c };
  });
}

export interface FewBitsAgreement extends Agreement {
  readonly name: string;
  readonly weightBits: number;
  readonly activationBits: number;
}

/** Convolutions of every pair of widths in one build. */
export async function fewBits(build: EngineBuild): Promise<FewBitsAgreement[]> {
  const program = await TestProgram.create(await fetchEngineModule(build, '/wasm/'));
  return Array.from({ length: FEW_BITS_LENGTH }, (_, index) => {
    const { model, images, n, ...widths } = fewBitsModel(index);
    return { ...agreement(program, build === 'relaxed', model, images, n), name: model.name, ...widths };
  });
}

/** Random networks of every operation in one build. */
export async function networks(build: EngineBuild, count: number): Promise<(Agreement & { name: string })[]> {
  const program = await TestProgram.create(await fetchEngineModule(build, '/wasm/'));
  return Array.from({ length: count }, (_, seed) => {
    const model = randomNetwork(seed);
    return { ...agreement(program, build === 'relaxed', model, randomImages(model, 2, seed), 2), name: model.name };
  });
}

export interface BatchOutcome extends Setting {
  readonly model: string;
  readonly batch: number;
  readonly equal: boolean;
}

/**
 * Small networks in batches of 1, 2, 5 and 300, the whole ResNet18 up to 5, with every setting: each run against the
 * reference, image by image.
 */
export async function batches(settings: readonly Setting[]): Promise<BatchOutcome[]> {
  const outcomes: BatchOutcome[] = [];
  const models = [
    { model: randomNetwork(3), sizes: [1, 2, 5, 300] },
    { model: randomNetwork(11), sizes: [1, 2, 5, 300] },
    { model: randomResNet18(7), sizes: [1, 2, 5] },
    { model: randomResNet18(8, { addRelu: false }), sizes: [1, 2, 5] },
    { model: randomResNet18(9, { qmax: 15, weightBits: 4 }), sizes: [1, 2, 5] },
    { model: randomResNet18(10, { qmax: 3, weightBits: 2 }), sizes: [1, 2, 5] },
  ];
  for (const { model, sizes } of models) {
    const most = sizes[sizes.length - 1];
    const images = randomImages(model, most, 1);
    const expected = createReferenceEngine(model).run(images, most);
    for (const { build, threads } of settings) {
      const engine = await create(model, { build, threads });
      for (const batch of sizes) {
        const output = engine.run(images.subarray(0, (images.length * batch) / most), batch);
        const same = equal(output, expected.subarray(0, (expected.length * batch) / most));
        outcomes.push({ model: model.name, build, threads: engine.threads, batch, equal: same });
      }
      engine.dispose();
    }
  }
  return outcomes;
}

/**
 * Two threads on one image, over and over: what a missing wait would spoil now and then. A refused image in between must
 * leave both threads in step.
 * @returns runs, and those that differ from the reference
 */
export async function races(count: number, repeats: number): Promise<{ runs: number; wrong: string[] }> {
  const wrong: string[] = [];
  for (let seed = 0; seed < count; seed++) {
    const model = randomNetwork(seed);
    const { qmax } = model.tensors[0].q;
    const image = randomImages(model, 1, seed);
    const expected = createReferenceEngine(model).run(image, 1);
    const engine = await create(model, { build: 'relaxed', threads: 2 });
    if (qmax < 255) {
      try {
        engine.run(
          image.map(() => qmax + 1),
          1,
        );
        wrong.push(`${model.name}: code ${qmax + 1} was taken`);
      } catch (error) {
        if ((error as Partial<PlaygroundError>).code !== 'bad-argument') throw error;
      }
    }
    for (let i = 0; i < repeats; i++) if (!equal(engine.run(image, 1), expected)) wrong.push(`${model.name}, run ${i}`);
    engine.dispose();
  }
  return { runs: count * repeats, wrong };
}

/**
 * Batches of these sizes, one after another, on up to so many threads, which may fail.
 * @param kills ends the first of globalThis.threads before the second batch
 */
export async function failing(threads: number, sizes: readonly number[], kills: boolean) {
  const model = randomNetwork(11);
  const engine = await create(model, { build: 'relaxed', threads });
  const began = engine.threads;
  const outcomes: { threads: number; same: boolean }[] = [];
  for (const [i, n] of sizes.entries()) {
    if (kills && i === 1) {
      const [thread] = (globalThis as unknown as { threads: Worker[] }).threads;
      thread.terminate();
      while (engine.threads === began) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const images = randomImages(model, n, i);
    const same = equal(engine.run(images, n), createReferenceEngine(model).run(images, n));
    outcomes.push({ threads: engine.threads, same });
  }
  const kernels = engine.profile(1).length;
  engine.dispose();
  return { began, outcomes, profiled: kernels === engine.plan.layers.length };
}

/** All of the test set: a checksum of the output codes per setting, and how many of the first images are the reference's. */
export async function testSet(modelUrl: string, settings: Setting[], referenceImages: number) {
  const model = parseInt8Model(await fetchBytes(modelUrl));
  const data = await openCifar10(`${ROOT}data/`);
  const n = data.size('test');
  const codes = imageCodes((await data.images('test', 0, n)).pixels, n, model, CIFAR10);
  const reference = createReferenceEngine(model).run(
    codes.subarray(0, (codes.length / n) * referenceImages),
    referenceImages,
  );
  const checksums: number[] = [];
  const equalImages: number[] = [];
  let classes = 0;
  for (const setting of settings) {
    const engine = await create(model, setting);
    const output = engine.run(codes, n);
    engine.dispose();
    checksums.push(fingerprint(output));
    const rows = Array.from({ length: referenceImages }, (_, i) =>
      equal(part(output, i, n), part(reference, i, referenceImages)),
    );
    equalImages.push(rows.filter(Boolean).length);
    classes = output.length / n;
  }
  return { n, classes, checksums, equalImages };
}

/** What a page without cross-origin isolation gets that asks for two threads. */
export async function notIsolated() {
  const model = randomNetwork(11);
  const images = randomImages(model, 3, 1);
  const engine = await create(model, { build: 'relaxed', threads: 2 });
  const same = equal(engine.run(images, 3), createReferenceEngine(model).run(images, 3));
  return { isolated: globalThis.crossOriginIsolated, threads: engine.threads, same };
}
