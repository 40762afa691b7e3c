// The typed boundary between the page and its workers (Comlink). Only plain data and callbacks cross it.
// Not for logic: train.worker.ts, engine.worker.ts and baseline.worker.ts implement these interfaces.
import type { Int8Model } from '../int8/int8-model';
import type { ImageSpec } from '../core/image-spec';
import type { ImageRange, Split } from '../data/source';
import type { LastLayer, Place } from '../model/own';
import type { BackendInfo } from '../device/backend-info';
import type { Recipe } from '../recipe/recipe';
import type { Burst } from '../report/burst';
import type { Evaluation, LatencyStats } from '../report/types';
import type { FormatOf } from '../export/formats';
import type { Classified } from '../report/classified';
import type { Position, Walk } from '../analysis/product';
import type { SearchPoint } from '../analysis/search';
import type { EngineInfo, EngineLayer, Quantized } from '../lab/integers';
import type { LayerChange } from '../lab/layer-change';
import type { LayerComparison } from '../lab/layers';
import type { LayerParting } from '../lab/parting';
import type { PreparedOptions, PtqChoices } from '../lab/prepared';
import type { WidthsRequest } from '../lab/search-widths';
import type { TensorDetail, TensorReport } from '../lab/tensor-report';
import type { LayerMaps } from '../lab/three-networks';
import type { Calibrated, CalibrationOptions } from '../quant/methods/calibration';
import type { RunShelf } from '../shelf/shelf';
import type { SavedTraining } from '../train/saved/record';
import type { SavedTrainings } from '../train/saved/trainings';
import type { TrainEvent, TrainOptions, TrainResult } from '../train/types';

export type { BackendInfo, WebGpuStatus } from '../device/backend-info';
export type { SavedTraining } from '../train/saved/record';
export type { SavedTrainings } from '../train/saved/trainings';
export type { CloseLook, SeenWeight } from '../train/close-look';
export type { RunHistory, RunKind, TrainEvent, TrainOptions, TrainResult } from '../train/types';

/** Progress of a long call: done of total, in units of `what`. */
export interface Progress {
  readonly what: 'bytes' | 'images' | 'tests' | 'steps';
  readonly done: number;
  readonly total: number;
}
export type OnProgress = (progress: Progress) => void;

export type { ImageRange, LabelledImages, Split } from '../data/source';

export interface LoadResult {
  /** What the network takes and tells apart. */
  readonly images: ImageSpec;
  readonly counts: Readonly<Record<Split, number>>;
  readonly parameters: number;
  readonly bytes: number;
  readonly shards: number;
  /** Names of the files that took the place of the page's network, and of its images. */
  readonly ownNetwork?: string;
  readonly ownImages?: string;
  /** From the manifest: how the page's network was trained, and on its images its test accuracy as measured by PyTorch. */
  readonly provenance?: { readonly epochs: number; readonly torch: string };
  readonly recordedAccuracy?: number;
  /** Where the network's own was for other classes: the one that was trained on the training images. */
  readonly lastLayer?: LastLayer & { readonly iterations: number; readonly loss: number };
  /** Of FP32 on all images for validation, measured where network or images are a visitor's own. */
  readonly validationAccuracy?: number;
  readonly fromCache: boolean;
}

export interface FuseResult {
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** e.g. 'conv1 + bn1 + relu -> ConvBnReLU2d' */
  readonly fused: readonly { readonly id: string; readonly parts: readonly string[]; readonly kind: string }[];
}

/** How many inputs of each kind. */
export interface VerifyTests {
  readonly randomTests: number;
  readonly imageTests: number;
}

export interface VerifyResult extends VerifyTests {
  readonly passed: boolean;
  readonly maxAbsError: number;
  readonly rtol: number;
  readonly atol: number;
}

export type { PreparedOptions, PtqChoices } from '../lab/prepared';
/** Those of PTQ whose roundings may be learned. */
export type SeededOptions = PreparedOptions & Pick<Recipe, 'seed'>;
export interface PrepareResult {
  readonly label: string;
  readonly activationFakeQuants: number;
  readonly weightFakeQuants: number;
  readonly simulates: boolean;
}

/** A training, under the id that it is saved under, and what it was trained with. */
export interface TrainingRef {
  readonly id: string;
  readonly recipe: Recipe;
}

/** Whose predictions: the fused FP32 model, its FP32 fine-tune, or the QAT model with fake-quant. */
export type FloatSubject =
  { readonly kind: 'fp32' } | { readonly kind: 'control' | 'qat_simulated'; readonly training: TrainingRef };

/** Which quantized network: of PTQ by these choices, or of a training. */
export type QuantizedSubject =
  | { readonly kind: 'ptq'; readonly options: PreparedOptions }
  | { readonly kind: 'qat'; readonly training: TrainingRef };
export type { LayerChange, LayerHeld } from '../lab/layer-change';
export type { LayerComparison } from '../lab/layers';
export type { Cause, LayerParting } from '../lab/parting';
export type { LayerMaps } from '../lab/three-networks';

export interface ConvertResult {
  readonly model: Int8Model;
  readonly bytes: number;
  readonly fp32Bytes: number;
  /** Per quantized tensor, for the page's table. */
  readonly activations: readonly { readonly name: string; readonly scale: number; readonly zeroPoint: number }[];
}

/** The worker that trains: the only one with tfjs on the chosen backend. */
export interface TrainApi {
  /**
   * Chooses and starts a backend; called again, in the place of the one that runs.
   * @param onBackend told when the device or a thread was lost or failed, or memory ran out, and another backend took over
   */
  start(place: Place, backend: Recipe['backend'], onBackend: (backend: BackendInfo) => void): Promise<BackendInfo>;
  /**
   * Fetches network and images; once they are there, gives the same again. A last layer for other classes than the images'
   * is trained anew.
   */
  load(onProgress: OnProgress): Promise<LoadResult>;
  fuse(): Promise<FuseResult>;
  /** Compares the fused network with the original one on that much noise and on as many images for validation. */
  verify(tests: VerifyTests, onProgress: OnProgress): Promise<VerifyResult>;
  /** What preparing the network with these choices gives; nothing is kept of it. */
  prepare(options: PreparedOptions): Promise<PrepareResult>;
  /**
   * Trains a run, or goes on with it from where it failed; a run that has ended gives its result again, and so does a
   * control of which another training had the like. Other trainings give way to it in memory once they are stored.
   * @param training its recipe is saved with what is kept of it, so that a reloaded page can offer the run
   * @throws PlaygroundError 'storage' when what is stored of it cannot be used; never because saving fails
   */
  train(options: TrainOptions, training: TrainingRef, onEvent: (event: TrainEvent) => void): Promise<TrainResult>;
  /** What is saved in this browser, of other tabs too. @throws PlaygroundError 'storage' when that cannot be read */
  savedTrainings(): Promise<SavedTrainings>;
  /**
   * Makes a saved training this worker's: train goes on with it.
   * @throws PlaygroundError 'storage' when another tab has it, it is gone, or it is damaged and now removed
   */
  claim(id: string): Promise<SavedTraining>;
  /** @param seconds to wait for the tab that has it @throws PlaygroundError 'storage' when another tab has it */
  discard(id: string, seconds?: number): Promise<void>;
  pause(): void;
  resume(): void;
  /** Runs one step and pauses again. @param closely the layer that it is looked at in */
  step(closely?: string): void;
  stop(): void;
  setLearningRate(learningRate: number): void;
  /** What every post-training quantization begins with: kept, and the same for all bit widths. */
  calibrate(options: CalibrationOptions, onProgress: OnProgress): Promise<Calibrated>;
  /** From the trained state. @throws PlaygroundError 'storage' when that is kept no longer */
  convert(training: TrainingRef): Promise<ConvertResult>;
  /**
   * From the pretrained weights after calibration only. Where roundings are learned that takes minutes; pause, step and stop
   * reach it. @throws PlaygroundError 'stopped'; the next call goes on after the last block that was done
   */
  ptq(options: SeededOptions, onProgress: OnProgress): Promise<ConvertResult>;
  /** FP32, simulated and integer outputs of every operation on these images: see compareLayers. */
  compareLayers(subject: QuantizedSubject, images: ImageRange): Promise<LayerComparison[]>;
  /** What each of the three makes of one image, by its bytes as logits takes them, operation by operation. */
  layerMaps(subject: QuantizedSubject, pixels: Uint8Array): Promise<LayerMaps[]>;
  /** The same, with the image itself first, and where the simulated and the integer network part, and by what. */
  partings(subject: QuantizedSubject, pixels: Uint8Array): Promise<LayerParting[]>;
  /** One layer of PTQ by a training's choices and of what it trained; undefined where one of them has no such layer. */
  layerChange(training: TrainingRef, id: string, images: ImageRange): Promise<LayerChange | undefined>;
  /** Of the first images of a split, as many as there are. */
  evaluate(subject: FloatSubject, split: Split, most: number, onProgress: OnProgress): Promise<Evaluation>;
  /** Of one image by its bytes, RGB of every pixel, row by row. */
  logits(subject: FloatSubject, pixels: Uint8Array): Promise<Float32Array>;
  /**
   * A float network's parameters as a file: see Lab.parameters.
   * @throws PlaygroundError 'storage' when what was trained is kept no longer
   */
  exported(format: FormatOf<'parameters'>, subject: FloatSubject): Promise<Uint8Array<ArrayBuffer>>;
  /** FP32, batch 1, on the training backend. */
  latency(samples: number): Promise<LatencyStats>;
}

/**
 * Networks of the engine worker: the run's two, what the slider of bits stands at, what a search is at, what is looked into,
 * what races on one thread and on several, and one out of a visitor's file.
 */
export type Int8Slot = 'qat' | 'ptq' | 'slider' | 'search' | 'inspected' | 'race' | 'race-threaded' | 'own';
export type { Proof } from '../engine/tilings';
export type { EngineInfo, EngineLayer, Quantized } from '../lab/integers';
export type { TensorDetail, TensorReport } from '../lab/tensor-report';
export type { Clip } from '../quant/methods/ptq';
export type { Position, Walk } from '../analysis/product';
export type { SearchPoint } from '../analysis/search';

/** A search of layers' widths, and on what. */
export interface SearchRequest extends WidthsRequest {
  /** Of the validation split, from its first on. */
  readonly images: number;
  readonly threads: number;
}

/** The worker that runs integers. */
export interface EngineApi {
  /** Called again, for another backend's load, it keeps what was calibrated and loaded. */
  start(place: Place): Promise<void>;
  load(slot: Int8Slot, model: Int8Model, threads: number): Promise<EngineInfo>;
  /** Lets go of a network, its memory and its threads, if there is one. */
  unload(slot: Int8Slot): Promise<void>;
  /** What quantize takes from then on. */
  calibrated(calibration: Calibrated): Promise<void>;
  /** Post-training quantization of what was calibrated, at any bit width, in milliseconds. */
  quantize(slot: Int8Slot, choices: PtqChoices, threads: number): Promise<Quantized>;
  /** What quantizing what was calibrated costs each tensor. */
  tensors(choices: PtqChoices): Promise<TensorReport[]>;
  /** One node's tensors over the grids of their codes. */
  detail(choices: PtqChoices, id: string): Promise<TensorDetail>;
  /**
   * One output of a layer with weights, of one image by its bytes, product by product.
   * @throws PlaygroundError 'bad-argument' where there is none
   */
  walk(slot: Int8Slot, pixels: Uint8Array, layer: string, at: Position): Promise<Walk>;
  /**
   * Searches the widths of each layer of what was calibrated; a search before is ended.
   * @param onPoint told of each network as it was measured @returns whether it came to its end
   */
  searchWidths(choices: PtqChoices, request: SearchRequest, onPoint: (point: SearchPoint) => void): Promise<boolean>;
  endSearch(): Promise<void>;
  /** Images start..start+count-1 of a split, as far as there are any. */
  classify(slot: Int8Slot, split: Split, start: number, count: number): Promise<Classified>;
  /** As the train worker's. */
  logits(slot: Int8Slot, pixels: Uint8Array): Promise<Float32Array>;
  /** The plan of a loaded model, timed now. */
  profile(slot: Int8Slot): Promise<readonly EngineLayer[]>;
  /** Of the first images of a split, as many as there are. */
  evaluate(slot: Int8Slot, split: Split, most: number, onProgress: OnProgress): Promise<Evaluation>;
  /** An integer network, loaded or not, as a file. @throws PlaygroundError 'unsupported' where the format cannot hold it */
  exported(format: FormatOf<'integers'>, model: Int8Model): Promise<Uint8Array<ArrayBuffer>>;
  /** Batch 1, real test images, quantizing the image and dequantizing the logits included. */
  latency(slot: Int8Slot, samples: number): Promise<LatencyStats>;
  /** Validation images from `start` on, each timed as by latency, for so many milliseconds: see measureBurst. */
  burst(slot: Int8Slot, start: number, milliseconds: number): Promise<Burst>;
}

/** The worker that measures the peer: stock tfjs-wasm, FP32, BN folded, fused conv + bias + ReLU. */
export interface BaselineApi {
  start(place: Place, threads: number): Promise<void>;
  latency(samples: number): Promise<LatencyStats>;
  /** As the engine's. */
  burst(start: number, milliseconds: number): Promise<Burst>;
}

export type { RunFigures, RunRecord } from '../shelf/record';
export type { KeptRun, ToKeep } from '../shelf/shelf';
export type { Imported, ListedRun, Listing, Marks } from '../shelf/store';

/** The worker that keeps runs for later visits. */
export type ShelfApi = Pick<RunShelf, keyof RunShelf>;
