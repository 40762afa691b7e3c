// The worker that trains: graphs, weights and data on tfjs's chosen backend. Implements TrainApi; no drawing, no integers.
import { transfer } from 'comlink';
import { int8FileBytes } from '../int8/serialize';
import { PlaygroundError } from '../core/errors';
import { impossible } from '../core/impossible';
import { latencyImages } from '../data/latency-images';
import { normalizeImages } from '../data/normalize';
import type { AskedBackend, BackendInfo } from '../device/backend-info';
import { totalCost, layerCosts } from '../graph/cost';
import type { Graph } from '../graph/types';
import type { Int8Model } from '../int8/int8-model';
import { createWasmEngine } from '../engine/wasm-engine';
import type { FormatOf } from '../export/formats';
import { Controls } from '../lab/controls';
import { Lab, type FloatNetwork, type LabRun, type Learning } from '../lab/lab';
import {
  calibrationOf,
  floatGraph,
  floatStart,
  preparedGraph,
  ptqOptions,
  qatBeginning,
  qatStart,
} from '../lab/prepared';
import { trainLastLayer } from '../lab/last-layer';
import { markOf, type Place } from '../model/own';
import { fits, loadModel, network, openImages, withLastLayer } from '../model/resnet18-cifar10';
import type { Calibrated, CalibrationOptions } from '../quant/methods/calibration';
import { measureLatency } from '../report/statistics';
import type { Evaluation } from '../report/types';
import { convolutionsOf } from '../train/convolutions';
import { logitsOf } from '../train/evaluate';
import { FloatModel } from '../train/float-model';
import { LEARNING } from '../train/rounding/learn-roundings';
import { OwnTraining, type NetworkOf } from '../train/saved/own-training';
import { TrainingStore } from '../train/saved/store';
import { forgetTraining, listTrainings } from '../train/saved/trainings';
import { trainedBy, type TrainState } from '../train/state';
import { Steering } from '../train/steering';
import { TOLERANCE } from '../train/verify';
import type { RunKind, TrainEvent, TrainOptions, TrainResult } from '../train/types';
import type {
  ConvertResult,
  FloatSubject,
  ImageRange,
  LoadResult,
  OnProgress,
  PreparedOptions,
  Progress,
  QuantizedSubject,
  SeededOptions,
  Split,
  TrainApi,
  TrainingRef,
  VerifyTests,
} from './api';
import { exposeAlive } from './alive';
import './errors';
import { TrainDevice } from './train-device';

class TrainWorker implements TrainApi {
  private where!: Place;
  private device!: TrainDevice;
  private lab!: Lab;
  private loaded: LoadResult | undefined;
  private readonly store = new TrainingStore();
  /** By id; the one in hand alone is sure to be in memory. */
  private readonly own = new Map<string, OwnTraining>();
  private readonly controls = new Controls();
  private steering: Steering | undefined;

  async start(where: Place, asked: AskedBackend, onBackend: (backend: BackendInfo) => void): Promise<BackendInfo> {
    this.where = where;
    const place = { wasmBase: this.wasmBase, convolutions: convolutionsOf(network()) };
    this.device = await TrainDevice.start(asked, place, onBackend);
    return this.device.backend;
  }

  async load(onProgress: OnProgress): Promise<LoadResult> {
    if (this.loaded) return this.loaded;
    const { own } = this.where;
    const { model: given, checkpoint } = await loadModel(this.where, { onProgress });
    const images = await openImages(this.where);
    const lastLayer = fits(own)
      ? undefined
      : await trainLastLayer(
          given,
          images,
          (work) => this.device.run(work),
          of('images', onProgress),
          of('steps', onProgress),
        );
    const model = lastLayer ? withLastLayer(given, lastLayer) : given;
    const engine = { wasmBase: this.wasmBase, threads: 1 };
    this.lab = new Lab(model, images, {
      onDevice: (work) => this.device.run(work),
      startEngine: (int8) => createWasmEngine(int8, engine),
    });
    const manifest = checkpoint?.manifest;
    this.loaded = {
      images: model.images,
      counts: { train: images.size('train'), validation: images.size('validation'), test: images.size('test') },
      parameters: totalCost(layerCosts(model.graph)).parameters,
      bytes: checkpoint?.bytes ?? own.network!.blob.size,
      shards: manifest?.shards.length ?? 1,
      ownNetwork: own.network?.name,
      ownImages: own.images?.name,
      provenance: manifest && { epochs: manifest.provenance.epochs, torch: manifest.provenance.torch },
      recordedAccuracy: own.images ? undefined : manifest?.accuracy.test,
      lastLayer,
      validationAccuracy: markOf(own) === '' ? undefined : await this.validated(onProgress),
      fromCache: checkpoint?.fromCache ?? true,
    };
    return this.loaded;
  }

  /** Of FP32, before anything was done with it. */
  private async validated(onProgress: OnProgress): Promise<number> {
    const images = this.lab.images.size('validation');
    const { accuracy } = await this.lab.evaluate(
      { graph: this.lab.fused },
      'validation',
      images,
      of('images', onProgress),
    );
    return accuracy;
  }

  async fuse() {
    const { model, fused, fusions } = this.lab;
    return { nodesBefore: model.graph.nodes.length, nodesAfter: fused.nodes.length, fused: fusions };
  }

  async verify({ randomTests, imageTests }: VerifyTests, onProgress: OnProgress) {
    const result = await this.lab.verify(randomTests, imageTests, of('tests', onProgress));
    return { ...result, randomTests, imageTests, ...TOLERANCE };
  }

  async prepare(options: PreparedOptions) {
    const { qconfig, quant } = preparedGraph(this.lab, options);
    const quants = Object.values(quant);
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

  async claim(id: string) {
    const own = this.own.get(id) ?? new OwnTraining(this.store, id);
    try {
      const saved = await own.claim();
      this.own.set(id, own);
      return saved;
    } catch (error) {
      await own.release();
      throw error;
    }
  }

  async discard(id: string, seconds?: number): Promise<void> {
    await this.own.get(id)?.release();
    this.own.delete(id);
    return forgetTraining(this.store, id, seconds);
  }

  async train(
    options: TrainOptions,
    { id, recipe }: TrainingRef,
    onEvent: (event: TrainEvent) => void,
  ): Promise<TrainResult> {
    const { kind } = options;
    const steering = new Steering(options.learningRate);
    this.steering = steering;
    const own = await this.inHand(id);
    const current = () => ({ ...recipe, learningRate: steering.learningRate });
    try {
      const learning = learningOf(recipe.seed, steering, (done, total) =>
        onEvent({ type: 'roundings', step: 0, done, total }),
      );
      (await own.begin(kind, recipe, this.networkOf(recipe, learning))).forEach(onEvent);
      const start = () => own.kept[kind]!;
      const keep: LabRun['keep'] = (run) => own.keep(kind, current(), run);
      const known = kind === 'control' && !start().result ? this.controls.of(options, recipe) : undefined;
      if (known) onEvent(await keep(known));
      const result = await this.lab.train({
        graph: this.graphOf(kind, recipe),
        start,
        options,
        steering,
        onEvent,
        keep,
      });
      if (kind === 'control') this.controls.add(options, recipe, start());
      return result;
    } finally {
      this.steering = undefined;
    }
  }

  pause(): void {
    this.steering?.pause();
  }
  resume(): void {
    this.steering?.resume();
  }
  step(closely?: string): void {
    this.steering?.step(closely);
  }
  stop(): void {
    this.steering?.stop();
  }
  setLearningRate(learningRate: number): void {
    if (this.steering) this.steering.learningRate = learningRate;
  }

  async convert(training: TrainingRef) {
    const trained = await this.trained('qat', training);
    return this.converted(this.lab.convert(preparedGraph(this.lab, training.recipe), trained));
  }

  async ptq(options: SeededOptions, onProgress: OnProgress) {
    const { rounding, seed } = options;
    const all = { ...ptqOptions(options), ...calibrationOf(options) };
    const onImages = of('images', onProgress);
    if (rounding !== 'learned') return this.converted(await this.lab.ptq(all, onImages));
    const steering = new Steering(0);
    this.steering = steering;
    try {
      const learning = learningOf(seed, steering, of('steps', onProgress));
      return this.converted(await this.lab.ptq(all, onImages, learning));
    } finally {
      this.steering = undefined;
    }
  }

  calibrate(options: CalibrationOptions, onProgress: OnProgress): Promise<Calibrated> {
    return this.lab.calibrate(options, of('images', onProgress));
  }

  async compareLayers(subject: QuantizedSubject, images: ImageRange) {
    const { network, reference } = await this.quantizedNetwork(subject);
    return this.lab.compareLayers(network, reference, images);
  }

  async layerMaps(subject: QuantizedSubject, pixels: Uint8Array) {
    const { network, reference } = await this.quantizedNetwork(subject);
    return this.lab.layerMaps(network, reference, pixels);
  }

  async partings(subject: QuantizedSubject, pixels: Uint8Array) {
    const { network, reference } = await this.quantizedNetwork(subject);
    return this.lab.partings(network, reference, pixels);
  }

  async layerChange(training: TrainingRef, id: string, images: ImageRange) {
    const before = await this.quantizedNetwork({ kind: 'ptq', options: training.recipe });
    const after = await this.quantizedNetwork({ kind: 'qat', training });
    return this.lab.layerChange(before, after, id, images);
  }

  async evaluate(subject: FloatSubject, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    return this.lab.evaluate(await this.subject(subject), split, images, of('images', onProgress));
  }

  async logits(subject: FloatSubject, pixels: Uint8Array) {
    return this.lab.logits(await this.subject(subject), pixels);
  }

  async exported(format: FormatOf<'parameters'>, subject: FloatSubject) {
    const { FORMATS } = await import('../export/formats');
    const { graph } = this.lab.model;
    const file = await FORMATS[format].write({ graph, params: this.lab.parameters(await this.subject(subject)) });
    return transfer(file, [file.buffer]);
  }

  async latency(samples: number) {
    const { model, images, fused } = this.lab;
    const imageOf = await latencyImages(images);
    return this.device.run(async () => {
      const float = new FloatModel(fused, model.params);
      const { backend, threads } = this.device.backend;
      try {
        return await measureLatency(
          (sample) => logitsOf(float, normalizeImages(imageOf(sample), images.spec)),
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

  private get wasmBase(): string {
    return `${this.where.baseUrl}wasm/`;
  }

  /** @param learning of roundings that a fresh run may begin at; absent where none will begin */
  private networkOf(recipe: PreparedOptions, learning?: Learning): NetworkOf {
    const begins = learning && recipe.beginAt === 'ptq' ? () => qatBeginning(this.lab, recipe, learning) : undefined;
    return async (kind) =>
      kind === 'qat' ? { ...(await qatStart(this.lab, recipe)), begins } : floatStart(this.lab, recipe);
  }

  private graphOf(kind: RunKind, recipe: PreparedOptions): Graph {
    return kind === 'qat' ? preparedGraph(this.lab, recipe) : floatGraph(this.lab, recipe);
  }

  /** A training of this worker, all others let go. */
  private async inHand(id: string): Promise<OwnTraining> {
    for (const other of this.own.values()) if (other.id !== id) await other.letGo();
    const own = this.own.get(id) ?? new OwnTraining(this.store, id);
    this.own.set(id, own);
    return own;
  }

  private async trained(kind: RunKind, { id, recipe }: TrainingRef): Promise<TrainState> {
    const own = await this.inHand(id);
    await own.recall(this.networkOf(recipe));
    const run = own.kept[kind];
    if (!run?.result)
      throw new PlaygroundError('bad-argument', 'Nothing was trained yet.', 'Run the train step first.');
    return run.state;
  }

  private async subject(subject: FloatSubject): Promise<FloatNetwork> {
    const graph = this.lab.fused;
    switch (subject.kind) {
      case 'fp32':
        return { graph };
      case 'control':
      case 'qat_simulated': {
        const { training } = subject;
        const kind = subject.kind === 'control' ? 'control' : 'qat';
        return { graph: this.graphOf(kind, training.recipe), trained: await this.trained(kind, training) };
      }
      default:
        return impossible(subject, 'subject');
    }
  }

  /** With the float parameters it is compared to. */
  private async quantizedNetwork(subject: QuantizedSubject) {
    if (subject.kind === 'ptq') {
      const { options } = subject;
      const { fuseAddRelu, equalize } = options;
      const network = await this.lab.quantized({ ...ptqOptions(options), fuseAddRelu, equalize });
      return { network, reference: network.params };
    }
    const { training } = subject;
    const graph = preparedGraph(this.lab, training.recipe);
    const trained = trainedBy(graph, await this.trained('qat', training));
    return { network: { ...trained, graph }, reference: floatStart(this.lab, training.recipe).params };
  }

  private converted(model: Int8Model): ConvertResult {
    return {
      model,
      bytes: int8FileBytes(model),
      fp32Bytes: [...this.lab.model.params.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
      activations: activationTable(model),
    };
  }
}

/** @param onSteps told of steps of learning, over all blocks */
const learningOf = (seed: number, steering: Steering, onSteps: (done: number, total: number) => void): Learning => ({
  ...{ options: LEARNING, seed, steering },
  onProgress: ({ block, blocks, iteration, iterations }) =>
    onSteps(block * iterations + iteration, blocks * iterations),
});

const of =
  (what: Progress['what'], onProgress: OnProgress) =>
  (done: number, total: number): void =>
    onProgress({ what, done, total });

function activationTable({ ops, tensors }: Int8Model) {
  const row = (name: string, { q }: (typeof tensors)[number]) => ({ name, scale: q.scale, zeroPoint: q.zeroPoint });
  return [row('quant', tensors[0]), ...ops.map((op) => row(op.name, tensors[op.output]))];
}

exposeAlive(new TrainWorker());
