// The worker that measures the peer: stock tfjs-wasm with the best FP32 graph it allows. None of our kernels here.
import { latencyImages } from '../data/latency-images';
import { normalizeImages } from '../data/normalize';
import { validationStream, type ImageSource } from '../data/source';
import { startStockWasm } from '../device/start/wasm';
import { fuse } from '../graph/fuse';
import type { Place } from '../model/own';
import { loadModel, openImages } from '../model/resnet18-cifar10';
import { argmax } from '../report/accuracy';
import { measureBurst } from '../report/burst';
import { measureLatency } from '../report/statistics';
import { logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import type { BaselineApi } from './api';
import { exposeAlive } from './alive';
import './errors';

class BaselineWorker implements BaselineApi {
  private model!: FloatModel;
  private images!: ImageSource;
  private imageOf!: (sample: number) => Uint8Array;
  private threads = 1;

  async start(place: Place, threads: number): Promise<void> {
    if (this.model) return;
    await startStockWasm(`${place.baseUrl}wasm/`, threads);
    this.threads = threads;
    const { model } = await loadModel(place);
    this.images = await openImages(place);
    this.imageOf = await latencyImages(this.images);
    // Last, as it says that all is there.
    this.model = new FloatModel(fuse(model.graph).graph, model.params);
  }

  latency(samples: number) {
    return measureLatency((sample) => this.logits(this.imageOf(sample)), samples, {
      threads: this.threads,
      what: 'FP32 on tfjs-wasm (stock), BN folded, fused conv+bias+relu: image bytes to float logits',
    });
  }

  burst(start: number, milliseconds: number) {
    const classify = async (pixels: Uint8Array) => argmax(await this.logits(pixels));
    return measureBurst(validationStream(this.images), classify, start, milliseconds);
  }

  /** Of the bytes of one image. */
  private logits(pixels: Uint8Array): Promise<Float32Array> {
    return logitsOf(this.model, normalizeImages(pixels, this.images.spec));
  }
}

exposeAlive(new BaselineWorker());
