// The laboratory: one network and its images, and everything that is done with them: prove, calibrate, train, convert,
// evaluate. A plain class that runs wherever tfjs does; what is asked for twice is computed once and kept.
// Not for choosing a device (src/train/backend.ts), storing states (src/train/saved) or running integers (src/engine).
import { convert } from '../convert/convert';
import { Latest } from '../core/latest';
import type { ParamStore } from '../core/params';
import { normalizeImages } from '../data/normalize';
import { PlaygroundError } from '../core/errors';
import { atMost, within, type ImageRange, type ImageSource, type Split } from '../data/source';
import { foldBatchNorms } from '../graph/fold';
import { fuse, type Fusion } from '../graph/fuse';
import { stateDict } from '../graph/state-dict';
import type { Graph } from '../graph/types';
import type { Int8Model } from '../int8/int8-model';
import type { ModelSpec } from '../model/model-spec';
import { NONE, simulated } from '../quant/freeze';
import { Calibration, type Calibrated, type CalibrationOptions } from '../quant/methods/calibration';
import { ptq, type PtqOptions } from '../quant/methods/ptq';
import type { QatGraph } from '../quant/types';
import type { Evaluation } from '../report/types';
import type { KeptRun } from '../train/kept-run';
import { calibrate, evaluate, logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import { learnRoundings, type RoundingContext } from '../train/rounding/learn-roundings';
import { continueRun, type RunContext } from '../train/run';
import { trainedBy, type Trained, type TrainState } from '../train/state';
import type { Teacher, Trainer } from '../train/trainer';
import type { Judgement, TrainOptions, TrainResult } from '../train/types';
import { verifyFusion, type Verification } from '../train/verify';
import { startIntegers } from './integer-accuracy';
import { layerChange, type Compared, type LayerChange } from './layer-change';
import { compareLayers, layerMaps, type LayerComparison } from './layers';
import { partings, type LayerParting } from './parting';
import { Roundings } from './roundings';
import { startReference, withTeacher, type StartEngine } from './teacher';
import type { LayerMaps, QuantizedNetwork } from './three-networks';

/** Post-training calibration: validation images, as the test images may not be looked at. */
const CALIBRATION = { images: 512, batch: 64 };
/** Training images that roundings are learned from: they fit these a little too well to be judged by them. */
const LEARNED_FROM = 1024;

/** Runs work that uses the device; the default is for a device that never fails. */
type OnDevice = <T>(work: () => Promise<T>) => Promise<T>;
type OnDone = (done: number, total: number) => void;
/** What a laboratory works with. */
interface LabPlace {
  readonly onDevice: OnDevice;
  readonly startEngine: StartEngine;
}
/** A run without what the laboratory knows itself. */
export type LabRun = Omit<RunContext, 'data' | 'validate' | 'start' | 'teacher'> & {
  /** Where it begins or goes on: asked again where the device was lost on the way. */
  start(): KeptRun;
};

/** What PTQ is of. */
export interface LabCalibration extends CalibrationOptions {
  /** Default false: fused, batch norms folded. */
  readonly unfused?: boolean;
}

/** A float network: the pretrained one, or as it was trained. */
export interface FloatNetwork {
  readonly graph: Graph | QatGraph;
  /** A state of that graph; absent, the pretrained weights. */
  readonly trained?: TrainState;
}

/** How roundings are learned: see RoundingContext. */
export type Learning = Pick<RoundingContext, 'options' | 'seed' | 'steering' | 'onProgress'>;

export class Lab {
  /** The network as it is trained and run, batch norms and ReLUs fused. */
  readonly fused: Graph;
  readonly fusions: readonly Fusion[];
  /** By their options. */
  private readonly calibrations = new Map<string, Promise<Calibrated>>();
  /** Of PTQ without roundings that are learned: whoever asks layer after layer has it made once. */
  private readonly nearest = new Latest<QuantizedNetwork>();
  private readonly roundings = new Roundings();
  private readonly onDevice: OnDevice;
  private readonly startEngine: StartEngine;
  private inference: ReturnType<typeof foldBatchNorms> | undefined;

  constructor(
    readonly model: ModelSpec,
    readonly images: ImageSource,
    place: Partial<LabPlace> = {},
  ) {
    this.onDevice = place.onDevice ?? ((work) => work());
    this.startEngine = place.startEngine ?? startReference;
    const { graph, fused } = fuse(model.graph);
    this.fused = graph;
    this.fusions = fused;
  }

  /** The fused network with its batch norms folded into the weights, and these: folded when first asked for. */
  get folded(): ReturnType<typeof foldBatchNorms> {
    return (this.inference ??= foldBatchNorms(this.fused, this.model.params));
  }

  /** The article's check that fusing changed nothing, on noise and on validation images. */
  async verify(randomTests: number, imageTests: number, onDone: OnDone = () => {}): Promise<Verification> {
    const count = atMost(this.images, 'validation', imageTests);
    const { pixels } = await this.images.images('validation', 0, count);
    const images = normalizeImages(pixels, this.images.spec);
    const graphs = { original: this.model.graph, fused: this.fused };
    return this.onDevice(() =>
      verifyFusion(graphs, this.model.params, randomTests, images, (done) => onDone(done, randomTests + count)),
    );
  }

  /**
   * Post-training quantization at any bit width: once calibrated, a matter of milliseconds; of minutes where roundings are
   * learned. What was learned is kept, also where it was stopped on its way. @throws PlaygroundError as learnRoundings
   */
  async ptq(options: PtqOptions & LabCalibration, onDone: OnDone = () => {}, learning?: Learning): Promise<Int8Model> {
    const { graph, params, quantizers } = await this.quantized(options, onDone, learning);
    return convert(graph, params, quantizers);
  }

  /** What ptq converts. @throws PlaygroundError as learnRoundings */
  async quantized(
    options: PtqOptions & LabCalibration,
    onDone: OnDone = () => {},
    learning?: Learning,
  ): Promise<QuantizedNetwork> {
    const calibration = await this.calibrate(options, onDone);
    if (!learning) return this.quantizedAs(calibration, options);
    const learned = await this.learnRoundings(calibration, options, learning);
    return { ...ptq(calibration, options, learned), params: calibration.params };
  }

  /** Once for all bit widths; a calibration that failed is forgotten, so that the next call tries again. */
  calibrate(
    { fuseAddRelu, equalize = false, unfused = false }: LabCalibration,
    onDone: OnDone = () => {},
  ): Promise<Calibrated> {
    const key = JSON.stringify([fuseAddRelu, equalize, unfused]);
    let calibrated = this.calibrations.get(key);
    if (!calibrated) {
      calibrated = this.onDevice(async () => {
        const calibration = new Calibration(unfused ? this.model : this.folded, { fuseAddRelu, equalize });
        await calibrate(calibration, this.calibrationBatches(onDone));
        return calibration.calibrated();
      });
      calibrated.catch(() => this.calibrations.delete(key));
      this.calibrations.set(key, calibrated);
    }
    return calibrated;
  }

  /**
   * One leg of a training run: see continueRun. Its state is judged on validation images as it would be evaluated, QAT's as
   * the integers that it would convert to as well; where it cannot be converted that is told once.
   * @throws PlaygroundError as continueRun
   */
  train(given: LabRun): Promise<TrainResult> {
    const validationImages = atMost(this.images, 'validation', given.options.validationImages);
    const run = { ...given, options: { ...given.options, validationImages } };
    let told = false;
    const withoutIntegers = ({ message, hint }: PlaygroundError, step: number) => {
      if (!told) run.onEvent({ type: 'no-integers', step, message, hint });
      told = true;
    };
    return this.taught(run.options, (teacher) =>
      this.onDevice(() =>
        continueRun({
          teacher,
          ...run,
          start: run.start(),
          data: this.images,
          validate: (trainer, images) =>
            this.judge(trainer, images, run.options.validationImages, (why) => withoutIntegers(why, trainer.step)),
        }),
      ),
    );
  }

  /** The integer network that a trained state stands for. */
  convert(graph: QatGraph, state: TrainState): Int8Model {
    const { params, quantizers } = trainedBy(graph, state);
    return convert(graph, params, quantizers);
  }

  /** A float network's parameters as those of the network before anything was fused: see stateDict. */
  parameters({ graph, trained }: FloatNetwork): ModelSpec['params'] {
    const params = trained ? trainedBy(graph, trained).params : this.model.params;
    return stateDict(this.model.graph, { graph, params });
  }

  /** Of the first images of a split, as many as there are. */
  evaluate(network: FloatNetwork, split: Split, most: number, onDone: OnDone = () => {}): Promise<Evaluation> {
    const images = atMost(this.images, split, most);
    return this.onDevice(() => {
      const model = this.standing(network);
      return using(model, () => evaluate(model, this.images, split, images, (done) => onDone(done, images)));
    });
  }

  /** Of one image by its bytes, which need be no image of a split. @throws PlaygroundError as logitsOf */
  logits(network: FloatNetwork, pixels: Uint8Array): Promise<Float32Array> {
    const x = normalizeImages(pixels, this.images.spec);
    return this.onDevice(() => {
      const model = this.standing(network);
      return using(model, () => logitsOf(model, x));
    });
  }

  /** FP32, simulated and integer outputs layer by layer: see compareLayers. */
  compareLayers(network: QuantizedNetwork, reference: ParamStore, images: ImageRange): Promise<LayerComparison[]> {
    const range = within(this.images, images);
    return this.onDevice(() => compareLayers(network, reference, this.images, range, this.startEngine));
  }

  /** What every layer of the three makes of one image, by its bytes. */
  layerMaps(network: QuantizedNetwork, reference: ParamStore, pixels: Uint8Array): Promise<LayerMaps[]> {
    const { spec } = this.images;
    return this.onDevice(async () => {
      const all: LayerMaps[] = [];
      for await (const maps of layerMaps(network, reference, spec, pixels, this.startEngine)) all.push(...maps);
      return all;
    });
  }

  /** Where the simulated and the integer network part on one image, and by what: see partings. */
  partings(network: QuantizedNetwork, reference: ParamStore, pixels: Uint8Array): Promise<LayerParting[]> {
    return this.onDevice(() => partings(network, reference, this.images.spec, pixels, this.startEngine));
  }

  /** One layer in two networks, on the same images: see layerChange. */
  async layerChange(
    before: Compared,
    after: Compared,
    id: string,
    images: ImageRange,
  ): Promise<LayerChange | undefined> {
    const { split, start, count } = within(this.images, images);
    const { pixels } = await this.images.images(split, start, count);
    return this.onDevice(() => layerChange(before, after, id, normalizeImages(pixels, this.images.spec)));
  }

  /** Codes by node id. */
  private async learnRoundings(
    calibration: Calibrated,
    options: PtqOptions & LabCalibration,
    learning: Learning,
  ): Promise<ReadonlyMap<string, Int8Array>> {
    const done = this.roundings.of(options, learning);
    const count = atMost(this.images, 'train', LEARNED_FROM);
    const { pixels } = await this.images.images('train', 0, count);
    const images = normalizeImages(pixels, this.images.spec);
    const network = await this.quantizedAs(calibration, options);
    await this.onDevice(() => learnRoundings({ ...network, ...learning, images, done }));
    return done;
  }

  /** By roundings that are not learned. */
  private quantizedAs(calibration: Calibrated, options: PtqOptions): Promise<QuantizedNetwork> {
    const key = JSON.stringify(options, (_, value: unknown) => (value instanceof Map ? [...value] : value));
    return this.nearest.of(calibration, key, async () => ({
      ...ptq(calibration, options),
      params: calibration.params,
    }));
  }

  private async judge(
    trainer: Trainer,
    images: ImageSource,
    count: number,
    onNoIntegers: (why: PlaygroundError) => void,
  ): Promise<Judgement> {
    const { graph } = trainer;
    const trained = await trainer.read();
    const model = this.modelOf(graph, trained);
    const { accuracy } = await using(model, () => evaluate(model, images, 'validation', count));
    if (!('quant' in graph)) return { accuracy };
    const start = performance.now();
    const integers = await startIntegers({ graph, ...trained }, this.startEngine);
    if (integers instanceof PlaygroundError) {
      onNoIntegers(integers);
      return { accuracy };
    }
    const integerAccuracy = await using(integers, () => integers.accuracy(images, 'validation', count));
    return { accuracy, integers: integerAccuracy, integerSeconds: (performance.now() - start) / 1000 };
  }

  private standing({ graph, trained }: FloatNetwork): FloatModel {
    return trained ? this.modelOf(graph, trainedBy(graph, trained)) : new FloatModel(graph, this.model.params);
  }

  /** A trained network in evaluation mode, fake-quantized where its qconfig simulates. */
  private modelOf(graph: Graph | QatGraph, { params, quantizers }: Trained): FloatModel {
    return new FloatModel(graph, params, 'quant' in graph ? simulated(graph, quantizers) : NONE);
  }

  /** Distillation learns from the network as it was before training, at 8 bits. */
  private async taught<T>({ distillation: share }: TrainOptions, work: (teacher?: Teacher) => Promise<T>): Promise<T> {
    return share === 0 ? work() : withTeacher(await this.ptq({ fuseAddRelu: true }), share, this.startEngine, work);
  }

  private async *calibrationBatches(onDone: OnDone): AsyncGenerator<Float32Array> {
    const images = atMost(this.images, 'validation', CALIBRATION.images);
    for (let start = 0; start < images; start += CALIBRATION.batch) {
      const count = Math.min(CALIBRATION.batch, images - start);
      const { pixels } = await this.images.images('validation', start, count);
      yield normalizeImages(pixels, this.images.spec);
      onDone(start + count, images);
    }
  }
}

async function using<T>(model: { dispose(): void }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    model.dispose();
  }
}
