// The worker that trains: graphs, weights and data on tfjs's chosen backend. Implements TrainApi; no drawing, no integers.
import { expose } from 'comlink';
import { convert } from '../convert/convert';
import { serializeInt8Model } from '../int8/serialize';
import { PlaygroundError, type ErrorCode } from '../core/errors';
import { normalizeImages } from '../data/normalize';
import type { ImageSource } from '../data/source';
import { totalCost, layerCosts } from '../graph/cost';
import { fuse } from '../graph/fuse';
import type { Graph } from '../graph/types';
import type { ModelSpec } from '../model/model-spec';
import { loadModel, openImages } from '../model/resnet18-cifar10';
import { freeze, NONE, simulated } from '../quant/freeze';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat } from '../quant/prepare';
import { getDefaultQConfig, qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { measureLatency } from '../report/statistics';
import type { Evaluation } from '../report/types';
import { replaceBackend, selectBackend, type AskedBackend } from '../train/backend';
import { onDevice } from '../train/device';
import { calibrate, evaluate, logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import { continueRun } from '../train/run';
import { OwnTraining, type TrainingChoices } from '../train/saved/own-training';
import { TrainingStore } from '../train/saved/store';
import { forgetTraining, listTrainings } from '../train/saved/trainings';
import { trainedBy, type Trained } from '../train/state';
import { TrainControl } from '../train/train-control';
import type { Trainer } from '../train/trainer';
import { TOLERANCE, verifyFusion } from '../train/verify';
import type { BackendInfo, RunKind, TrainEvent, TrainOptions, TrainResult } from '../train/types';
import type { FloatSubject, OnProgress, PrepareOptions, Split, TrainApi, VerifyTests } from './api';
import './errors';

const LATENCY_IMAGES = 100;
/** Post-training calibration: validation images, as the test images may not be looked at. */
const CALIBRATION = { images: 512, batch: 64 };
/** What makes another backend take over. */
const REPLACED: readonly ErrorCode[] = ['device-lost', 'device-failed', 'thread-lost', 'out-of-memory'];

class TrainWorker implements TrainApi {
  private baseUrl = '';
  private asked: AskedBackend = 'auto';
  private backend!: BackendInfo;
  /** Why another backend has to take over, until one has. */
  private failure: PlaygroundError | undefined;
  private onBackend: (backend: BackendInfo) => void = () => {};
  private data!: ImageSource;
  private model!: ModelSpec;
  private fused!: Graph;
  private prepared: (PrepareOptions & { graph: QatGraph }) | undefined;
  private readonly store = new TrainingStore();
  private readonly own = new OwnTraining(this.store);
  private control: TrainControl | undefined;

  async start(baseUrl: string, asked: AskedBackend, onBackend: (backend: BackendInfo) => void): Promise<BackendInfo> {
    this.baseUrl = baseUrl;
    this.asked = asked;
    this.onBackend = onBackend;
    this.backend = await selectBackend(asked, this.wasmBase);
    return this.backend;
  }

  async load(onProgress: OnProgress) {
    const { model, checkpoint } = await loadModel(this.baseUrl, { onProgress });
    const { manifest, bytes, fromCache } = checkpoint;
    this.data = await openImages(this.baseUrl);
    this.model = model;
    return {
      images: model.images,
      parameters: totalCost(layerCosts(model.graph)).parameters,
      bytes,
      shards: manifest.shards.length,
      provenance: `${manifest.provenance.epochs} epochs in PyTorch ${manifest.provenance.torch}`,
      recordedAccuracy: manifest.accuracy.test,
      fromCache,
    };
  }

  async fuse() {
    const { graph } = this.model;
    const { graph: fused, fused: parts } = fuse(graph);
    this.fused = fused;
    return { nodesBefore: graph.nodes.length, nodesAfter: fused.nodes.length, fused: parts };
  }

  async verify({ randomTests, imageTests }: VerifyTests, onProgress: OnProgress) {
    const { pixels } = await this.data.images('validation', 0, imageTests);
    const total = randomTests + imageTests;
    return this.onDevice(async () => {
      const graphs = { original: this.model.graph, fused: this.fused };
      const images = normalizeImages(pixels, this.data.spec);
      const result = await verifyFusion(graphs, this.model.params, randomTests, images, (done) =>
        onProgress({ what: 'tests', done, total }),
      );
      return { ...result, randomTests, imageTests, ...TOLERANCE };
    });
  }

  async prepare(options: PrepareOptions) {
    const { weightBits, activationBits, fuseAddRelu } = options;
    const qconfig = qconfigById(options.qconfig, { weightBits, activationBits });
    const graph = prepareQat(this.fused, qconfig, { fuseAddRelu });
    this.prepared = { ...options, graph };
    const quants = Object.values(graph.quant);
    return {
      label: qconfig.label,
      activationFakeQuants: quants.filter(({ activation }) => activation).length,
      weightFakeQuants: quants.filter(({ weight }) => weight).length,
      simulates: qconfig.activation.simulate,
    };
  }

  savedTrainings() {
    return listTrainings(this.store);
  }

  claim(id: string) {
    return this.own.claim(id);
  }

  discard(id: string, seconds?: number): Promise<void> {
    return forgetTraining(this.store, id, seconds);
  }

  async train(
    options: TrainOptions,
    choices: TrainingChoices,
    onEvent: (event: TrainEvent) => void,
  ): Promise<TrainResult> {
    const { kind } = options;
    const control = new TrainControl(options.learningRate);
    this.control = control;
    const graphs = { qat: this.qatGraph(), control: this.fused };
    const current = () => ({ ...choices, options: { ...choices.options, learningRate: control.learningRate } });
    try {
      (await this.own.begin(kind, choices, graphs, this.model.params)).forEach(onEvent);
      return await this.onDevice(() =>
        continueRun({
          ...{ graph: graphs[kind], start: this.own.checkpoints[kind]!, options, data: this.data, control, onEvent },
          validate: (trainer, data) => this.validationAccuracy(trainer, data, options.validationImages),
          keep: (checkpoint) => this.own.keep(kind, current(), checkpoint),
        }),
      );
    } finally {
      this.control = undefined;
    }
  }

  pause(): void {
    this.control?.pause();
  }
  resume(): void {
    this.control?.resume();
  }
  step(): void {
    this.control?.step();
  }
  stop(): void {
    this.control?.stop();
  }
  setLearningRate(learningRate: number): void {
    if (this.control) this.control.learningRate = learningRate;
  }

  async convert(kind: 'qat' | 'ptq', onProgress: OnProgress) {
    const model = kind === 'qat' ? this.convertTrained() : await this.convertCalibrated(onProgress);
    return {
      model,
      bytes: serializeInt8Model(model).byteLength,
      fp32Bytes: [...this.model.params.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      activations: activationTable(model),
    };
  }

  async evaluate(subject: FloatSubject, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    return this.onDevice(async () => {
      const model = this.subject(subject);
      try {
        return await evaluate(model, this.data, split, images, (done) =>
          onProgress({ what: 'images', done, total: images }),
        );
      } finally {
        model.dispose();
      }
    });
  }

  async latency(samples: number) {
    const { pixels } = await this.data.images('test', 0, LATENCY_IMAGES);
    return this.onDevice(async () => {
      const model = new FloatModel(this.fused, this.model.params);
      const { backend, threads } = this.backend;
      try {
        return await measureLatency(
          (sample) => logitsOf(model, normalizeImages(oneImage(pixels, sample), this.data.spec)),
          samples,
          {
            threads,
            what: `FP32 on tfjs-${backend} with our kernels, BN folded: image bytes to float logits`,
          },
        );
      } finally {
        model.dispose();
      }
    });
  }

  private get wasmBase(): string {
    return `${this.baseUrl}wasm/`;
  }

  /**
   * Runs work on the device; where the device or a thread is lost or fails, again on what takes over. Where memory ran out
   * a new backend takes over as well, as the old one may be unusable, but the work is not repeated.
   */
  private async onDevice<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.replaceFailed();
      try {
        return await onDevice(work);
      } catch (error) {
        if (!(error instanceof PlaygroundError && REPLACED.includes(error.code))) throw error;
        this.failure = error;
        if (error.code !== 'out-of-memory') continue;
        await this.replaceFailed().catch(() => {});
        throw error;
      }
    }
  }

  /** Where nothing could take over, for want of a connection perhaps, the next call tries again. */
  private async replaceFailed(): Promise<void> {
    if (!this.failure) return;
    this.backend = await replaceBackend(this.asked, this.wasmBase, this.backend, this.failure);
    this.failure = undefined;
    this.onBackend(this.backend);
  }

  private graphOf(kind: RunKind): Graph | QatGraph {
    return kind === 'qat' ? this.qatGraph() : this.fused;
  }

  private qatGraph(): QatGraph {
    if (!this.prepared)
      throw new PlaygroundError('bad-argument', 'The model is not prepared for QAT.', 'Run the prepare step first.');
    return this.prepared.graph;
  }

  private trained(kind: RunKind): Trained {
    const checkpoint = this.own.checkpoints[kind];
    if (!checkpoint?.result)
      throw new PlaygroundError('bad-argument', 'Nothing was trained yet.', 'Run the train step first.');
    return trainedBy(this.graphOf(kind), checkpoint.state);
  }

  private subject(subject: FloatSubject): FloatModel {
    if (subject === 'fp32') return new FloatModel(this.fused, this.model.params);
    if (subject === 'control') return new FloatModel(this.fused, this.trained('control').params);
    const { params, quantizers } = this.trained('qat');
    const graph = this.qatGraph();
    return new FloatModel(graph, params, simulated(graph, quantizers));
  }

  private async validationAccuracy(trainer: Trainer, data: ImageSource, images: number): Promise<number> {
    const { graph } = trainer;
    const { params, quantizers } = await trainer.read();
    const model = new FloatModel(graph, params, 'quant' in graph ? simulated(graph, quantizers) : NONE);
    try {
      return (await evaluate(model, data, 'validation', images)).accuracy;
    } finally {
      model.dispose();
    }
  }

  private convertTrained() {
    const { params, quantizers } = this.trained('qat');
    return convert(this.qatGraph(), params, quantizers);
  }

  private async convertCalibrated(onProgress: OnProgress) {
    const { weightBits, activationBits, fuseAddRelu } = this.prepared ?? {};
    const qconfig = getDefaultQConfig('fbgemm', { weightBits, activationBits });
    const graph = prepareQat(this.fused, qconfig, { fuseAddRelu: fuseAddRelu ?? true });
    const ranges = await this.onDevice(() => calibrate(graph, this.model.params, this.calibrationBatches(onProgress)));
    return convert(graph, this.model.params, freeze(graph, observeWeights(graph, this.model.params, ranges)));
  }

  private async *calibrationBatches(onProgress: OnProgress): AsyncGenerator<Float32Array> {
    const { images, batch } = CALIBRATION;
    for (let start = 0; start < images; start += batch) {
      const { pixels } = await this.data.images('validation', start, batch);
      yield normalizeImages(pixels, this.data.spec);
      onProgress({ what: 'images', done: start + batch, total: images });
    }
  }
}

/** One of LATENCY_IMAGES. */
function oneImage(pixels: Uint8Array, sample: number): Uint8Array {
  const bytes = pixels.length / LATENCY_IMAGES;
  const i = sample % LATENCY_IMAGES;
  return pixels.subarray(i * bytes, (i + 1) * bytes);
}

function activationTable({ ops, tensors }: ReturnType<typeof convert>) {
  const row = (name: string, { q }: (typeof tensors)[number]) => ({ name, scale: q.scale, zeroPoint: q.zeroPoint });
  return [row('quant', tensors[0]), ...ops.map((op) => row(op.name, tensors[op.output]))];
}

expose(new TrainWorker());
