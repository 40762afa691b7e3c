// The laboratory's half that runs integers: networks by name on our engine, quantized here from one calibration or brought
// from training; classified images, traces, times. A plain class, for Node too. Not for floats: lab.ts.
import { walk, type Position, type Walk } from '../analysis/product';
import type { SearchPoint } from '../analysis/search';
import { convert } from '../convert/convert';
import { dequantizeOutput, imageCodes } from '../convert/image';
import { PlaygroundError } from '../core/errors';
import { macrotask } from '../core/macrotask';
import { latencyImages } from '../data/latency-images';
import { validationStream, within, type ImageSource, type Split } from '../data/source';
import type { Proof } from '../engine/tilings';
import { createWasmEngine, type WasmEngine, type WasmEngineOptions } from '../engine/wasm-engine';
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { int8FileBytes } from '../int8/serialize';
import type { Calibrated } from '../quant/methods/calibration';
import { ptq, type PtqOptions } from '../quant/methods/ptq';
import { codeBits } from '../quant/qparams';
import { agreement, argmax } from '../report/accuracy';
import { measureBurst, type Burst } from '../report/burst';
import type { Classified } from '../report/classified';
import { measureLatency } from '../report/statistics';
import type { LatencyStats } from '../report/types';
import { classified } from './integer-accuracy';
import { searchNetwork, type WidthsRequest } from './search-widths';
import { tensorDetail, tensorReports, type TensorDetail, type TensorReport } from './tensor-report';

/** Different test images that latency samples cycle through. */
/** Runs behind the times of single layers. */
const PROFILED_RUNS = 50;

export interface EngineInfo {
  readonly description: string;
  readonly threads: number;
  /** Planning, choosing kernels and starting threads. */
  readonly planMilliseconds: number;
}

/** A network quantized here. */
export interface Quantized extends EngineInfo {
  /** Of its file. */
  readonly bytes: number;
  /** From the calibration to codes. */
  readonly convertMilliseconds: number;
}

/** One row of the engine's plan, as measured here. */
export interface EngineLayer {
  readonly name: string;
  /** e.g. 'dot 2x16': two pixels by sixteen channels at a time. */
  readonly kernel: string;
  /** Why that kernel's sums cannot overflow; undefined for layers without weights. */
  readonly proof: Proof | undefined;
  /** Of each weight, where there are any, and of each code that the layer makes. */
  readonly weightBits: number | undefined;
  readonly activationBits: number;
  /** Multiply-accumulates as written, and those whose tap does not meet padding alone. */
  readonly macs: number;
  readonly liveMacs: number;
  /** Of weights as that kernel reads them, which may be packed. */
  readonly weightBytes: number;
  /** Mean on one thread, layer after layer. */
  readonly microseconds: number;
}

/** What one operation made of an image. */
interface Traced {
  readonly name: string;
  /** Its shape and qparams. */
  readonly tensor: Int8Tensor;
  readonly codes: Uint8Array;
}

interface Loaded {
  readonly model: Int8Model;
  readonly engine: WasmEngine;
}

/** @typeParam Name of the networks that are loaded side by side */
export class IntegerLab<Name extends string> {
  private readonly loaded = new Map<Name, Loaded>();
  private calibration: Calibrated | undefined;

  /** @param engine where its build comes from */
  constructor(
    private readonly images: ImageSource,
    private readonly engine: Omit<WasmEngineOptions, 'threads'>,
  ) {}

  /** Plans a network in place of the one of that name. @throws PlaygroundError as createWasmEngine */
  async load(name: Name, model: Int8Model, threads: number): Promise<EngineInfo> {
    const start = performance.now();
    this.unload(name);
    const engine = await createWasmEngine(model, { ...this.engine, threads });
    this.loaded.set(name, { model, engine });
    const { description } = engine;
    return { description, threads: engine.threads, planMilliseconds: performance.now() - start };
  }

  /** Ends the engine of that network, if there is one. */
  unload(name: Name): void {
    this.loaded.get(name)?.engine.dispose();
    this.loaded.delete(name);
  }

  /** What quantize quantizes from then on. */
  calibrated(calibration: Calibrated): void {
    this.calibration = calibration;
  }

  /** Post-training quantization of the calibrated network at any bit width. @throws PlaygroundError 'bad-argument' before */
  async quantize(name: Name, options: PtqOptions, threads: number): Promise<Quantized> {
    const calibration = this.asCalibrated();
    const start = performance.now();
    const { graph, quantizers } = ptq(calibration, options);
    const model = convert(graph, calibration.params, quantizers);
    const convertMilliseconds = performance.now() - start;
    const info = await this.load(name, model, threads);
    return { ...info, convertMilliseconds, bytes: int8FileBytes(model) };
  }

  /** What quantizing the calibrated network costs each tensor. @throws PlaygroundError as quantize */
  tensors(options: PtqOptions): TensorReport[] {
    return tensorReports(this.asCalibrated(), options);
  }

  /** One node's tensors over the grids of their codes. @throws PlaygroundError as quantize */
  detail(options: PtqOptions, id: string): TensorDetail {
    return tensorDetail(this.asCalibrated(), options, id);
  }

  /**
   * One output of a layer with weights, of one image by its bytes: see walk.
   * @throws PlaygroundError 'bad-argument' where the network has no such layer, or the layer no such output
   */
  walk(name: Name, pixels: Uint8Array, layer: string, at: Position): Walk {
    const { model, engine } = this.get(name);
    const op = model.ops.find((op) => op.name === layer);
    const output = op && model.tensors[op.output];
    if (!op || !('weights' in op) || !output || !contains(output, at))
      throw new PlaygroundError(
        'bad-argument',
        `${layer} has no such output with weights.`,
        'Choose a convolution or the last layer, and a place in its map.',
      );
    const image = imageCodes(pixels, 1, model, this.images.spec);
    const [input] = op.inputs;
    const made = model.ops.findIndex(({ output }) => output === input);
    const codes = made < 0 ? image : engine.trace(image)[made];
    return walk(op, model.tensors[input], output, codes, at);
  }

  /**
   * Searches the widths of each layer of the calibrated network by this many validation images; a network at a time has
   * that name. Between two of them others may have their turn. @throws PlaygroundError as searchNetwork, or as quantize
   */
  async *searchWidths(
    name: Name,
    options: PtqOptions,
    request: WidthsRequest,
    { images, threads }: { readonly images: number; readonly threads: number },
    signal: AbortSignal,
  ): AsyncGenerator<SearchPoint> {
    const accuracy = async (model: Int8Model) => {
      await this.load(name, model, threads);
      const { labels, predictions } = await this.classify(name, 'validation', 0, images);
      await macrotask();
      return agreement(predictions, labels);
    };
    const times = async (model: Int8Model) => {
      await this.load(name, model, 1);
      return new Map(this.profile(name).map((layer) => [layer.name, layer.microseconds]));
    };
    try {
      yield* searchNetwork(this.asCalibrated(), options, request, { accuracy, times }, signal);
    } finally {
      this.unload(name);
    }
  }

  /** Number of images. */
  size(split: Split): number {
    return this.images.size(split);
  }

  /** Images start..start+count-1 of a split, as far as there are any. */
  async classify(name: Name, split: Split, start: number, most: number): Promise<Classified> {
    const { model, engine } = this.get(name);
    const range = within(this.images, { split, start, count: most });
    if (range.count === 0) return { labels: new Uint8Array(0), predictions: new Uint8Array(0) };
    return classified(model, engine, this.images, range);
  }

  /** Of one image by its bytes, which need be no image of a split. */
  logits(name: Name, pixels: Uint8Array): Float32Array {
    const { model, engine } = this.get(name);
    return dequantizeOutput(engine.run(imageCodes(pixels, 1, model, this.images.spec), 1), model);
  }

  /** One image of a split, layer by layer: each operation's name, and its output codes in NHWC. */
  async trace(name: Name, split: Split, index: number): Promise<Traced[]> {
    const { model, engine } = this.get(name);
    const { pixels } = await this.images.images(split, index, 1);
    const codes = engine.trace(imageCodes(pixels, 1, model, this.images.spec));
    return model.ops.map(({ name, output }, i) => ({ name, tensor: model.tensors[output], codes: codes[i] }));
  }

  /** The plan of a loaded network, timed now. */
  profile(name: Name): EngineLayer[] {
    const { engine } = this.get(name);
    const { model, layers } = engine.plan;
    const timings = engine.profile(PROFILED_RUNS);
    return layers.map(({ name, macs, liveMacs, step: { op, output } }, i) => ({
      ...{ name, macs, liveMacs, weightBits: 'weights' in op ? op.weightBits : undefined },
      activationBits: codeBits(model.tensors[output].q),
      ...timings[i],
    }));
  }

  /** Batch 1, real test images, quantizing the image and dequantizing the logits included. */
  async latency(name: Name, samples: number): Promise<LatencyStats> {
    const { engine } = this.get(name);
    const imageOf = await latencyImages(this.images);
    const run = (sample: number): number => this.answer(name, imageOf(sample));
    // Again where a thread stopped meanwhile: the times were then of two engines.
    for (;;) {
      const { threads } = engine;
      const what = `${engine.description}: image bytes to float logits`;
      const stats = await measureLatency(run, samples, { threads, what });
      if (engine.threads === threads) return stats;
    }
  }

  /** Validation images one at a time, each timed as latency's samples: see measureBurst. */
  burst(name: Name, start: number, milliseconds: number): Promise<Burst> {
    const stream = validationStream(this.images);
    return measureBurst(stream, (pixels) => this.answer(name, pixels), start, milliseconds);
  }

  /** The class of one image, by its bytes. */
  private answer(name: Name, pixels: Uint8Array): number {
    return argmax(this.logits(name, pixels));
  }

  private asCalibrated(): Calibrated {
    if (!this.calibration)
      throw new PlaygroundError('bad-argument', 'Nothing is calibrated.', 'Load the network first.');
    return this.calibration;
  }

  private get(name: Name): Loaded {
    const loaded = this.loaded.get(name);
    if (!loaded)
      throw new PlaygroundError('bad-argument', `No ${name} model is loaded.`, 'Run the convert step first.');
    return loaded;
  }
}

const contains = ({ h, w, c }: Int8Tensor, { y, x, channel }: Position): boolean =>
  [y, x, channel].every((value) => Number.isInteger(value) && value >= 0) && y < h && x < w && channel < c;
