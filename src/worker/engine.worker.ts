// The worker that runs integers: an integer laboratory behind the typed boundary. No tfjs here.
import { transfer } from 'comlink';
import type { Split } from '../data/source';
import type { FormatOf } from '../export/formats';
import type { Int8Model } from '../int8/int8-model';
import { IntegerLab } from '../lab/integers';
import { ptqOptions } from '../lab/prepared';
import type { Place } from '../model/own';
import { openImages } from '../model/resnet18-cifar10';
import type { Calibrated } from '../quant/methods/calibration';
import { agreement } from '../report/accuracy';
import { inPieces } from '../report/classified';
import type { Position } from '../analysis/product';
import type { EngineApi, Int8Slot, OnProgress, PtqChoices, SearchPoint, SearchRequest } from './api';
import { exposeAlive } from './alive';
import './errors';

const BATCH = 250;

class EngineWorker implements EngineApi {
  private lab!: IntegerLab<Int8Slot>;
  private searching = new AbortController();

  async start(place: Place): Promise<void> {
    this.lab ??= new IntegerLab(await openImages(place), { wasmBase: `${place.baseUrl}wasm/` });
  }

  load(slot: Int8Slot, model: Int8Model, threads: number) {
    return this.lab.load(slot, model, threads);
  }

  async unload(slot: Int8Slot): Promise<void> {
    this.lab.unload(slot);
  }

  async calibrated(calibration: Calibrated): Promise<void> {
    this.lab.calibrated(calibration);
  }

  quantize(slot: Int8Slot, choices: PtqChoices, threads: number) {
    return this.lab.quantize(slot, ptqOptions(choices), threads);
  }

  async tensors(choices: PtqChoices) {
    return this.lab.tensors(ptqOptions(choices));
  }

  async detail(choices: PtqChoices, id: string) {
    return this.lab.detail(ptqOptions(choices), id);
  }

  async walk(slot: Int8Slot, pixels: Uint8Array, layer: string, at: Position) {
    return this.lab.walk(slot, pixels, layer, at);
  }

  async searchWidths(choices: PtqChoices, request: SearchRequest, onPoint: (point: SearchPoint) => void) {
    this.searching.abort();
    const { signal } = (this.searching = new AbortController());
    for await (const point of this.lab.searchWidths('search', ptqOptions(choices), request, request, signal))
      onPoint(point);
    return !signal.aborted;
  }

  async endSearch(): Promise<void> {
    this.searching.abort();
  }

  classify(slot: Int8Slot, split: Split, start: number, count: number) {
    return this.lab.classify(slot, split, start, count);
  }

  async logits(slot: Int8Slot, pixels: Uint8Array) {
    return this.lab.logits(slot, pixels);
  }

  async profile(slot: Int8Slot) {
    return this.lab.profile(slot);
  }

  async evaluate(slot: Int8Slot, split: Split, most: number, onProgress: OnProgress) {
    const images = Math.min(most, this.lab.size(split));
    const classify = (start: number, n: number) => this.lab.classify(slot, split, start, n);
    const all = await inPieces(images, BATCH, classify, (done) => {
      onProgress({ what: 'images', done, total: images });
      return true;
    });
    const { labels, predictions } = all!;
    return { accuracy: agreement(predictions, labels), images, labels, predictions };
  }

  async exported(format: FormatOf<'integers'>, model: Int8Model) {
    const { FORMATS } = await import('../export/formats');
    const file = await FORMATS[format].write(model);
    return transfer(file, [file.buffer]);
  }

  latency(slot: Int8Slot, samples: number) {
    return this.lab.latency(slot, samples);
  }

  burst(slot: Int8Slot, start: number, milliseconds: number) {
    return this.lab.burst(slot, start, milliseconds);
  }
}

exposeAlive(new EngineWorker());
