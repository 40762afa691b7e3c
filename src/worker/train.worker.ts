// The worker that trains: graphs, weights and data on tfjs's chosen backend. Implements TrainApi; no drawing, no integers.
import { expose } from 'comlink';
import { loadCheckpoint } from '../checkpoint/load';
import { convert } from '../convert/convert';
import { serializeInt8Model } from '../convert/serialize';
import { PlaygroundError } from '../core/errors';
import type { ParamStore } from '../core/params';
import type { ObservedRange } from '../core/qparams';
import { trainBatches } from '../data/batches';
import { openCifar10, type Cifar10 } from '../data/cifar10';
import { normalizeImages } from '../data/normalize';
import { totalCost, layerCosts } from '../graph/cost';
import { fuse } from '../graph/fuse';
import { resnet18 } from '../graph/resnet18';
import type { Graph } from '../graph/types';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat } from '../quant/prepare';
import { getDefaultQConfig, qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { measureLatency } from '../report/statistics';
import type { Evaluation } from '../report/types';
import { selectBackend } from '../train/backend';
import { calibrate, evaluate, logitsOf } from '../train/evaluate';
import { explainDeviceError, tensorCount } from '../train/device';
import { FloatModel } from '../train/float-model';
import { TrainControl, trainLoop } from '../train/loop';
import { Trainer } from '../train/trainer';
import { TOLERANCE, verifyFusion } from '../train/verify';
import type { BackendInfo, TrainEvent, TrainOptions, TrainResult } from '../train/types';
import type { FloatSubject, OnProgress, PrepareOptions, Split, TrainApi } from './api';
import './errors';

const LATENCY_IMAGES = 100;
/** The article's equivalence check. */
const RANDOM_TESTS = 100;
const IMAGE_TESTS = 100;
/** Post-training calibration: validation images, as the test images may not be looked at. */
const CALIBRATION = { images: 512, batch: 64 };
const PIXELS = 32 * 32 * 3;

interface Trained {
  readonly params: ParamStore;
  readonly ranges: ReadonlyMap<string, ObservedRange>;
}

class TrainWorker implements TrainApi {
  private baseUrl = '';
  private backend!: BackendInfo;
  private data!: Cifar10;
  private params!: ParamStore;
  private fused!: Graph;
  private prepared: (PrepareOptions & { graph: QatGraph }) | undefined;
  private readonly trained: { qat?: Trained; control?: Trained } = {};
  private control: TrainControl | undefined;

  async start(baseUrl: string, backend: 'auto' | 'webgpu' | 'wasm'): Promise<BackendInfo> {
    this.baseUrl = baseUrl;
    this.backend = await selectBackend(backend, `${baseUrl}wasm/`);
    return this.backend;
  }

  async load(onProgress: OnProgress) {
    const { params, manifest, bytes, fromCache } = await loadCheckpoint(`${this.baseUrl}checkpoint/`, { onProgress });
    this.data = await openCifar10(`${this.baseUrl}data/`);
    this.params = params;
    return {
      parameters: totalCost(layerCosts(resnet18())).parameters,
      bytes,
      shards: manifest.shards.length,
      provenance: `${manifest.provenance.epochs} epochs in PyTorch ${manifest.provenance.torch}`,
      recordedAccuracy: manifest.accuracy.test,
      fromCache,
    };
  }

  async fuse() {
    const graph = resnet18();
    const { graph: fused, fused: parts } = fuse(graph);
    this.fused = fused;
    return { nodesBefore: graph.nodes.length, nodesAfter: fused.nodes.length, fused: parts };
  }

  async verify(onProgress: OnProgress) {
    const original = new FloatModel(resnet18(), this.params);
    const fused = new FloatModel(this.fused, this.params);
    const total = RANDOM_TESTS + IMAGE_TESTS;
    const { pixels } = await this.data.images('validation', 0, IMAGE_TESTS);
    try {
      const result = await verifyFusion(fused, original, RANDOM_TESTS, normalizeImages(pixels), (done) =>
        onProgress({ what: 'tests', done, total }),
      );
      return { ...result, randomTests: RANDOM_TESTS, imageTests: IMAGE_TESTS, ...TOLERANCE };
    } finally {
      original.dispose();
      fused.dispose();
    }
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

  async train(options: TrainOptions, onEvent: (event: TrainEvent) => void): Promise<TrainResult> {
    const graph = options.kind === 'qat' ? this.qatGraph() : this.fused;
    const trainer = new Trainer(graph, { params: this.params });
    const { batch, seed } = options;
    const batches = trainBatches(this.data, { batch, seed });
    this.control = new TrainControl(options.learningRate);
    const { control } = this;
    const losses: number[] = [];
    let rate = 0;
    let tensorsAtStart = 0;
    try {
      const validate = () => this.validationAccuracy(trainer, options.validationImages);
      for await (const event of trainLoop({ trainer, batches, options, control, validate })) {
        if (event.type === 'step') {
          losses.push(event.loss);
          rate = event.imagesPerSecond;
          if (event.step === 1) tensorsAtStart = tensorCount();
        }
        onEvent(event);
      }
      const tensorsAtEnd = tensorCount();
      this.trained[options.kind] = await trainer.read();
      const steps = losses.length;
      if (steps === 0)
        throw new PlaygroundError('stopped', 'Training was stopped before its first step.', 'Run the step again.');
      return {
        steps,
        finished: !control.stopped,
        losses: Float32Array.from(losses),
        imagesPerSecond: rate,
        tensorsAtStart,
        tensorsAtEnd,
      };
    } catch (error) {
      throw explainDeviceError(error);
    } finally {
      this.control = undefined;
      await batches.return(undefined as never);
      trainer.dispose();
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
      fp32Bytes: [...this.params.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      activations: activationTable(model),
    };
  }

  async evaluate(subject: FloatSubject, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    const model = this.subject(subject);
    try {
      return await evaluate(model, this.data, split, images, (done) =>
        onProgress({ what: 'images', done, total: images }),
      );
    } finally {
      model.dispose();
    }
  }

  async latency(samples: number) {
    const model = new FloatModel(this.fused, this.params);
    const { pixels } = await this.data.images('test', 0, LATENCY_IMAGES);
    const { backend, threads } = this.backend;
    try {
      return await measureLatency((sample) => logitsOf(model, normalizeImages(oneImage(pixels, sample))), samples, {
        threads,
        what: `FP32 on tfjs-${backend} with our kernels, BN folded: image bytes to float logits`,
      });
    } finally {
      model.dispose();
    }
  }

  private qatGraph(): QatGraph {
    if (!this.prepared)
      throw new PlaygroundError('bad-argument', 'The model is not prepared for QAT.', 'Run the prepare step first.');
    return this.prepared.graph;
  }

  private trainedState(kind: 'qat' | 'control'): Trained {
    const state = this.trained[kind];
    if (!state) throw new PlaygroundError('bad-argument', 'Nothing was trained yet.', 'Run the train step first.');
    return state;
  }

  private subject(subject: FloatSubject): FloatModel {
    if (subject === 'fp32') return new FloatModel(this.fused, this.params);
    if (subject === 'control') return new FloatModel(this.fused, this.trainedState('control').params);
    const { params, ranges } = this.trainedState('qat');
    return new FloatModel(this.qatGraph(), params, ranges);
  }

  private async validationAccuracy(trainer: Trainer, images: number): Promise<number> {
    const { params, ranges } = await trainer.read();
    const model = new FloatModel(trainer.graph, params, ranges);
    try {
      return (await evaluate(model, this.data, 'validation', images)).accuracy;
    } finally {
      model.dispose();
    }
  }

  private convertTrained() {
    const { params, ranges } = this.trainedState('qat');
    return convert(this.qatGraph(), params, ranges);
  }

  private async convertCalibrated(onProgress: OnProgress) {
    const { weightBits, activationBits, fuseAddRelu } = this.prepared ?? {};
    const qconfig = getDefaultQConfig('fbgemm', { weightBits, activationBits });
    const graph = prepareQat(this.fused, qconfig, { fuseAddRelu: fuseAddRelu ?? true });
    const ranges = await calibrate(graph, this.params, this.calibrationBatches(onProgress));
    return convert(graph, this.params, observeWeights(graph, this.params, ranges));
  }

  private async *calibrationBatches(onProgress: OnProgress): AsyncGenerator<Float32Array> {
    const { images, batch } = CALIBRATION;
    for (let start = 0; start < images; start += batch) {
      const { pixels } = await this.data.images('validation', start, batch);
      yield normalizeImages(pixels);
      onProgress({ what: 'images', done: start + batch, total: images });
    }
  }
}

function oneImage(pixels: Uint8Array, sample: number): Uint8Array {
  const i = sample % LATENCY_IMAGES;
  return pixels.subarray(i * PIXELS, (i + 1) * PIXELS);
}

function activationTable({ ops, tensors }: ReturnType<typeof convert>) {
  const row = (name: string, { q }: (typeof tensors)[number]) => ({ name, scale: q.scale, zeroPoint: q.zeroPoint });
  return [row('quant', tensors[0]), ...ops.map((op) => row(op.name, tensors[op.output]))];
}

expose(new TrainWorker());
