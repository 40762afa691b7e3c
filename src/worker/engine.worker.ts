// The worker that runs integers: evaluates and times converted models on our WASM engine. No tfjs here.
import { expose } from 'comlink';
import { dequantizeOutput, imageCodes } from '../convert/image';
import type { Int8Model } from '../int8/int8-model';
import { PlaygroundError } from '../core/errors';
import type { ImageSource } from '../data/source';
import { createWasmEngine, type WasmEngine } from '../engine/wasm-engine';
import { openImages } from '../model/resnet18-cifar10';
import { agreement, argmax, predictions } from '../report/accuracy';
import { measureLatency } from '../report/statistics';
import type { EngineApi, Int8Slot } from './api';
import './errors';

const BATCH = 250;
/** Different test images that latency samples cycle through. */
const LATENCY_IMAGES = 100;

/** Runs behind the times of single layers. */
const PROFILED_RUNS = 50;

interface Loaded {
  readonly model: Int8Model;
  readonly engine: WasmEngine;
}

class EngineWorker implements EngineApi {
  private readonly loaded = new Map<Int8Slot, Loaded>();
  private data!: ImageSource;
  private baseUrl = '';

  async start(baseUrl: string): Promise<void> {
    this.baseUrl = baseUrl;
    this.data = await openImages(baseUrl);
  }

  async load(slot: Int8Slot, model: Int8Model, threads: number) {
    this.loaded.get(slot)?.engine.dispose();
    this.loaded.delete(slot);
    const start = performance.now();
    const engine = await createWasmEngine(model, { threads, wasmBase: `${this.baseUrl}wasm/` });
    const planMilliseconds = performance.now() - start;
    this.loaded.set(slot, { model, engine });
    return { description: engine.description, threads: engine.threads, planMilliseconds };
  }

  async profile(slot: Int8Slot) {
    const { engine } = this.get(slot);
    const timings = engine.profile(PROFILED_RUNS);
    return engine.plan.layers.map(({ name, macs, liveMacs, weightBytes }, i) => ({
      ...{ name, macs, liveMacs, weightBytes },
      ...timings[i],
    }));
  }

  async evaluate(...[slot, split, images, onProgress]: Parameters<EngineApi['evaluate']>) {
    const { model, engine } = this.get(slot);
    const predicted = new Uint8Array(images);
    const labels = new Uint8Array(images);
    for (let start = 0; start < images; start += BATCH) {
      const n = Math.min(BATCH, images - start);
      const batch = await this.data.images(split, start, n);
      const codes = engine.run(imageCodes(batch.pixels, n, model, this.data.spec), n);
      predicted.set(predictions(codes, codes.length / n), start);
      labels.set(batch.labels, start);
      onProgress({ what: 'images', done: start + n, total: images });
    }
    return { accuracy: agreement(predicted, labels), images, predictions: predicted };
  }

  async latency(slot: Int8Slot, samples: number) {
    const { model, engine } = this.get(slot);
    const { pixels } = await this.data.images('test', 0, LATENCY_IMAGES);
    const size = pixels.length / LATENCY_IMAGES;
    const run = (sample: number): number => {
      const i = sample % LATENCY_IMAGES;
      const codes = imageCodes(pixels.subarray(i * size, (i + 1) * size), 1, model, this.data.spec);
      return argmax(dequantizeOutput(engine.run(codes, 1), model));
    };
    // Again where a thread stopped meanwhile: the times were then of two engines.
    for (;;) {
      const { threads, description } = engine;
      const what = `${description}: image bytes to float logits`;
      const stats = await measureLatency(run, samples, { threads, what });
      if (engine.threads === threads) return stats;
    }
  }

  private get(slot: Int8Slot): Loaded {
    const loaded = this.loaded.get(slot);
    if (!loaded)
      throw new PlaygroundError('bad-argument', `No ${slot} model is loaded.`, 'Run the convert step first.');
    return loaded;
  }
}

expose(new EngineWorker());
