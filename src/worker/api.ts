// The typed boundary between the page and its workers (Comlink). Only plain data and callbacks cross it.
// Not for logic: train.worker.ts, engine.worker.ts and baseline.worker.ts implement these interfaces.
import type { Int8Model } from '../convert/int8-model';
import type { Evaluation, LatencyStats } from '../report/types';

/** Why WebGPU can or cannot be used here. */
export type WebGpuStatus = 'ok' | 'software' | 'no-api' | 'no-adapter' | 'device-lost';

export interface BackendInfo {
  readonly backend: 'webgpu' | 'wasm';
  readonly webgpu: WebGpuStatus;
  /** One sentence for the page: which backend runs and why. */
  readonly reason: string;
  /** Vendor, architecture and description as the browser gives them; empty without an adapter. */
  readonly adapter: string;
  readonly threads: number;
  readonly crossOriginIsolated: boolean;
}

/** Progress of a long call: done of total, in units of `what` ('bytes', 'images', 'tests'). */
export interface Progress {
  readonly what: 'bytes' | 'images' | 'tests';
  readonly done: number;
  readonly total: number;
}
export type OnProgress = (progress: Progress) => void;

export type Split = 'train' | 'validation' | 'test';

export interface LoadResult {
  readonly parameters: number;
  readonly bytes: number;
  readonly shards: number;
  /** From the manifest: how it was trained and its test accuracy as measured by PyTorch. */
  readonly provenance: string;
  readonly recordedAccuracy: number;
  readonly fromCache: boolean;
}

export interface FuseResult {
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** e.g. 'conv1 + bn1 + relu -> ConvBnReLU2d' */
  readonly fused: readonly { readonly id: string; readonly parts: readonly string[]; readonly kind: string }[];
}

export interface VerifyResult {
  readonly passed: boolean;
  readonly randomTests: number;
  readonly imageTests: number;
  readonly maxAbsError: number;
  readonly rtol: number;
  readonly atol: number;
}

export interface PrepareOptions {
  readonly qconfig: 'fbgemm_qat' | 'fbgemm';
  readonly fuseAddRelu: boolean;
  readonly weightBits: number;
  readonly activationBits: number;
}
export interface PrepareResult {
  readonly label: string;
  readonly activationFakeQuants: number;
  readonly weightFakeQuants: number;
  readonly simulates: boolean;
}

export interface TrainOptions {
  readonly kind: 'qat' | 'control';
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly seed: number;
  /** Validate on this many validation images every `validateEvery` steps; 0 never. */
  readonly validateEvery: number;
  readonly validationImages: number;
  /** From this share of the steps on (0..1), batch norm uses and keeps its running statistics; 1 never. */
  readonly freezeBnAt: number;
  /** From this share of the steps on (0..1), observers keep their ranges; 1 never. */
  readonly freezeObserversAt: number;
}
export type TrainEvent =
  | {
      readonly type: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      /** Of this batch, 0..1. */
      readonly accuracy: number;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'validation'; readonly step: number; readonly accuracy: number; readonly images: number }
  | { readonly type: 'paused' | 'resumed' | 'bn-frozen' | 'observers-frozen'; readonly step: number };
export interface TrainResult {
  readonly steps: number;
  /** false when the visitor stopped it early; what was learned up to there stays. */
  readonly finished: boolean;
  readonly losses: Float32Array;
  readonly imagesPerSecond: number;
  readonly tensorsAtStart: number;
  readonly tensorsAtEnd: number;
}

/** Whose predictions: the fused FP32 model, its FP32 fine-tune, or the QAT model with fake-quant. */
export type FloatSubject = 'fp32' | 'control' | 'qat_simulated';

export interface ConvertResult {
  readonly model: Int8Model;
  readonly bytes: number;
  readonly fp32Bytes: number;
  /** Per quantized tensor, for the page's table. */
  readonly activations: readonly { readonly name: string; readonly scale: number; readonly zeroPoint: number }[];
}

/** The worker that trains: the only one with tfjs on the chosen backend. */
export interface TrainApi {
  /** @param baseUrl where the page's checkpoint/, data/ and wasm/ are */
  start(baseUrl: string, backend: 'auto' | 'webgpu' | 'wasm'): Promise<BackendInfo>;
  load(onProgress: OnProgress): Promise<LoadResult>;
  fuse(): Promise<FuseResult>;
  verify(onProgress: OnProgress): Promise<VerifyResult>;
  prepare(options: PrepareOptions): Promise<PrepareResult>;
  train(options: TrainOptions, onEvent: (event: TrainEvent) => void): Promise<TrainResult>;
  pause(): void;
  resume(): void;
  /** While paused: runs one step and pauses again. */
  step(): void;
  stop(): void;
  setLearningRate(learningRate: number): void;
  /** 'qat': from the trained state; 'ptq': from the pretrained weights after calibration only. */
  convert(kind: 'qat' | 'ptq', onProgress: OnProgress): Promise<ConvertResult>;
  evaluate(subject: FloatSubject, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation>;
  /** FP32, batch 1, on the training backend. */
  latency(samples: number): Promise<LatencyStats>;
}

export type Int8Slot = 'qat' | 'ptq';
export interface EngineInfo {
  readonly description: string;
  readonly threads: number;
  readonly planMilliseconds: number;
}

/** The worker that runs integers. */
export interface EngineApi {
  start(baseUrl: string): Promise<void>;
  load(slot: Int8Slot, model: Int8Model, threads: number): Promise<EngineInfo>;
  evaluate(slot: Int8Slot, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation>;
  /** Batch 1, real test images, quantizing the image and dequantizing the logits included. */
  latency(slot: Int8Slot, samples: number): Promise<LatencyStats>;
}

/** The worker that measures the peer: stock tfjs-wasm, FP32, BN folded, fused conv + bias + ReLU. */
export interface BaselineApi {
  start(baseUrl: string, threads: number): Promise<void>;
  latency(samples: number): Promise<LatencyStats>;
}

/** What the page's image grid needs: pixels (RGB, 32x32x3 bytes each) and labels. */
export interface LabelledImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}
