// The worker that trains: graphs, weights and data on tfjs's chosen backend. Implements TrainApi; no drawing, no integers.
import { expose } from 'comlink';
import { serializeInt8Model } from '../int8/serialize';
import { PlaygroundError, type ErrorCode } from '../core/errors';
import { normalizeImages } from '../data/normalize';
import type { AskedBackend, BackendInfo } from '../device/backend-info';
import { replaceBackend, selectBackend, type Surroundings } from '../device/start/backend';
import { onDevice } from '../device/start/health';
import { totalCost, layerCosts } from '../graph/cost';
import type { Int8Model } from '../int8/int8-model';
import { Lab, type LabRun } from '../lab/lab';
import { loadModel, network, openImages } from '../model/resnet18-cifar10';
import type { Calibrated } from '../quant/methods/ptq';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import type { QatGraph } from '../quant/types';
import { measureLatency } from '../report/statistics';
import type { Evaluation } from '../report/types';
import { convolutionsOf } from '../train/convolutions';
import { logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import { OwnTraining, type TrainingChoices } from '../train/saved/own-training';
import { TrainingStore } from '../train/saved/store';
import { forgetTraining, listTrainings } from '../train/saved/trainings';
import type { TrainState } from '../train/state';
import { TrainControl } from '../train/train-control';
import { TOLERANCE } from '../train/verify';
import type { RunKind, TrainEvent, TrainOptions, TrainResult } from '../train/types';
import type { FloatSubject, OnProgress, PrepareOptions, Progress, Split, TrainApi, VerifyTests } from './api';
import './errors';

const LATENCY_IMAGES = 100;
/** What makes another backend take over. */
const REPLACED: readonly ErrorCode[] = ['device-lost', 'device-failed', 'thread-lost', 'out-of-memory'];

class TrainWorker implements TrainApi {
  private baseUrl = '';
  private asked: AskedBackend = 'auto';
  private backend!: BackendInfo;
  /** Why another backend has to take over, until one has. */
  private failure: PlaygroundError | undefined;
  private onBackend: (backend: BackendInfo) => void = () => {};
  private lab!: Lab;
  private prepared: (PrepareOptions & { graph: QatGraph }) | undefined;
  private readonly store = new TrainingStore();
  private readonly own = new OwnTraining(this.store);
  private control: TrainControl | undefined;

  async start(baseUrl: string, asked: AskedBackend, onBackend: (backend: BackendInfo) => void): Promise<BackendInfo> {
    this.baseUrl = baseUrl;
    this.asked = asked;
    this.onBackend = onBackend;
    this.backend = await selectBackend(asked, this.place);
    return this.backend;
  }

  async load(onProgress: OnProgress) {
    const { model, checkpoint } = await loadModel(this.baseUrl, { onProgress });
    const { manifest, bytes, fromCache } = checkpoint;
    this.lab = new Lab(model, await openImages(this.baseUrl), (work) => this.onDevice(work));
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
    const { model, fused, fusions } = this.lab;
    return { nodesBefore: model.graph.nodes.length, nodesAfter: fused.nodes.length, fused: fusions };
  }

  async verify({ randomTests, imageTests }: VerifyTests, onProgress: OnProgress) {
    const result = await this.lab.verify(randomTests, imageTests, of('tests', onProgress));
    return { ...result, randomTests, imageTests, ...TOLERANCE };
  }

  async prepare(options: PrepareOptions) {
    const { weightBits, activationBits, fuseAddRelu } = options;
    const qconfig = qconfigById(options.qconfig, { weightBits, activationBits });
    const graph = prepareQat(this.lab.fused, qconfig, { fuseAddRelu });
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
    const graphs = { qat: this.qatGraph(), control: this.lab.fused };
    const current = () => ({ ...choices, options: { ...choices.options, learningRate: control.learningRate } });
    try {
      (await this.own.begin(kind, choices, graphs, this.lab.model.params)).forEach(onEvent);
      const start = () => this.own.checkpoints[kind]!;
      const keep: LabRun['keep'] = (checkpoint) => this.own.keep(kind, current(), checkpoint);
      return await this.lab.train({ graph: graphs[kind], start, options, control, onEvent, keep });
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
    const { lab } = this;
    const { weightBits, activationBits, fuseAddRelu = true } = this.prepared ?? {};
    const model =
      kind === 'qat'
        ? lab.convert(this.qatGraph(), this.trained('qat'))
        : await lab.ptq({ weightBits, activationBits, fuseAddRelu }, of('images', onProgress));
    return {
      model,
      bytes: serializeInt8Model(model).byteLength,
      fp32Bytes: [...lab.model.params.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      activations: activationTable(model),
    };
  }

  calibrate(fuseAddRelu: boolean, onProgress: OnProgress): Promise<Calibrated> {
    return this.lab.calibrate({ fuseAddRelu }, of('images', onProgress));
  }

  async evaluate(subject: FloatSubject, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    return this.lab.evaluate(this.subject(subject), split, images, of('images', onProgress));
  }

  async latency(samples: number) {
    const { model, images, fused } = this.lab;
    const { pixels } = await images.images('test', 0, LATENCY_IMAGES);
    return this.onDevice(async () => {
      const float = new FloatModel(fused, model.params);
      const { backend, threads } = this.backend;
      try {
        return await measureLatency(
          (sample) => logitsOf(float, normalizeImages(oneImage(pixels, sample), images.spec)),
          samples,
          {
            threads,
            what: `FP32 on tfjs-${backend} with our kernels, BN folded: image bytes to float logits`,
          },
        );
      } finally {
        float.dispose();
      }
    });
  }

  private get place(): Surroundings {
    return { wasmBase: `${this.baseUrl}wasm/`, convolutions: convolutionsOf(network()) };
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
    this.backend = await replaceBackend(this.asked, this.place, this.backend, this.failure);
    this.failure = undefined;
    this.onBackend(this.backend);
  }

  private qatGraph(): QatGraph {
    if (!this.prepared)
      throw new PlaygroundError('bad-argument', 'The model is not prepared for QAT.', 'Run the prepare step first.');
    return this.prepared.graph;
  }

  private trained(kind: RunKind): TrainState {
    const checkpoint = this.own.checkpoints[kind];
    if (!checkpoint?.result)
      throw new PlaygroundError('bad-argument', 'Nothing was trained yet.', 'Run the train step first.');
    return checkpoint.state;
  }

  private subject(subject: FloatSubject): Parameters<Lab['evaluate']>[0] {
    const graph = this.lab.fused;
    if (subject === 'fp32') return { graph };
    if (subject === 'control') return { graph, trained: this.trained('control') };
    return { graph: this.qatGraph(), trained: this.trained('qat') };
  }
}

const of =
  (what: Progress['what'], onProgress: OnProgress) =>
  (done: number, total: number): void =>
    onProgress({ what, done, total });

/** One of LATENCY_IMAGES. */
function oneImage(pixels: Uint8Array, sample: number): Uint8Array {
  const bytes = pixels.length / LATENCY_IMAGES;
  const i = sample % LATENCY_IMAGES;
  return pixels.subarray(i * bytes, (i + 1) * bytes);
}

function activationTable({ ops, tensors }: Int8Model) {
  const row = (name: string, { q }: (typeof tensors)[number]) => ({ name, scale: q.scale, zeroPoint: q.zeroPoint });
  return [row('quant', tensors[0]), ...ops.map((op) => row(op.name, tensors[op.output]))];
}

expose(new TrainWorker());
