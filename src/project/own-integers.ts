// An integer network out of a visitor's file, in the engine beside those of the run in hand: what it answers, how often it is
// right on the validation images, how fast it is. Not for reading the file: the import worker does.
import { proxy } from 'comlink';
import { PlaygroundError } from '../core/errors';
import type { ImageSpec } from '../core/image-spec';
import type { Place } from '../model/own';
import type { Int8Model } from '../int8/int8-model';
import type { OnProgress } from '../worker/api';
import { THREADS } from './integer-networks';
import type { Workers } from './workers';

/** One network on the validation images. */
export interface IntegerFigures {
  readonly accuracy: number;
  readonly images: number;
  /** Median milliseconds of one image alone, on one thread. */
  readonly milliseconds: number;
}

type MeasuredSlot = 'own' | 'ptq' | 'qat';
/** All that there are of CIFAR-10 for validation. */
const MOST_IMAGES = 5000;
const LATENCY_SAMPLES = 100;

export interface OwnIntegersPlace {
  /** Those there are now. */
  readonly workers: () => Pick<Workers, 'engine'>;
  readonly at: Place;
  /** What the project's networks take and tell apart. */
  readonly spec: ImageSpec;
  /** @throws PlaygroundError 'bad-argument' while a run computes */
  readonly refuseWhileComputing: () => void;
}

export class OwnIntegers {
  private model: Int8Model | undefined;
  /** The engine that has it. */
  private there: object | undefined;

  constructor(private readonly place: OwnIntegersPlace) {}

  /**
   * Puts a network in the place of the one there is, once it is found to be one for the project's images.
   * @throws PlaygroundError 'bad-file' where it is for others: then the one there is stays
   */
  async put(model: Int8Model): Promise<void> {
    checkFor(model, this.place.spec);
    this.place.refuseWhileComputing();
    await this.load(model);
    this.model = model;
  }

  async remove(): Promise<void> {
    this.model = undefined;
    this.there = undefined;
    await this.place.workers().engine.unload('own');
  }

  /** Logits by class of one image by its bytes; undefined where there is no network. */
  async answer(pixels: Uint8Array): Promise<Float32Array | undefined> {
    if (!this.model) return undefined;
    await this.load(this.model);
    return this.place.workers().engine.logits('own', pixels);
  }

  /**
   * Its figures, or on the same images those of a network of the run in hand, which must be in the engine.
   * @throws PlaygroundError 'bad-argument' while a run computes
   */
  async figures(slot: MeasuredSlot, onProgress: OnProgress): Promise<IntegerFigures> {
    this.place.refuseWhileComputing();
    if (slot === 'own') await this.load(this.model!);
    const { engine } = this.place.workers();
    const { accuracy, images } = await engine.evaluate(slot, 'validation', MOST_IMAGES, proxy(onProgress));
    const { median_ms: milliseconds } = await engine.latency(slot, LATENCY_SAMPLES);
    return { accuracy, images, milliseconds };
  }

  private async load(model: Int8Model): Promise<void> {
    const { engine } = this.place.workers();
    if (model === this.model && this.there === engine) return;
    await engine.start(this.place.at);
    await engine.load('own', model, THREADS);
    this.there = engine;
  }
}

/** @throws PlaygroundError 'bad-file' where the network takes other images, or tells another number of classes apart */
function checkFor({ tensors, ops }: Int8Model, spec: ImageSpec): void {
  const [input] = tensors;
  const output = tensors[ops.at(-1)!.output];
  const refuse = (what: string) => {
    throw new PlaygroundError(
      'bad-file',
      `This network ${what}.`,
      `Give one for ${spec.w} x ${spec.h} pixels of ${spec.c} colours that tells ${spec.classes.length} classes apart.`,
    );
  };
  if (input.h !== spec.h || input.w !== spec.w || input.c !== spec.c)
    refuse(`takes images of ${input.w} x ${input.h} pixels of ${input.c} colours`);
  if (output.h !== 1 || output.w !== 1) refuse(`gives ${output.w} x ${output.h} places and not one answer`);
  if (output.c !== spec.classes.length) refuse(`tells ${output.c} classes apart`);
}
