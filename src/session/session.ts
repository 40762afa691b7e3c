// The session a visitor walks through: runs the article's steps in order on the workers and keeps their results.
// Not for rendering (src/ui) nor for computing (src/worker).
import { proxy } from 'comlink';
import { serializeInt8Model } from '../int8/serialize';
import type { Int8Model } from '../int8/int8-model';
import { causeText, errorText } from '../core/causes';
import { bug, PlaygroundError } from '../core/errors';
import type { ImageSource } from '../data/source';
import { qconfigById } from '../quant/qconfigs';
import { openImages } from '../model/resnet18-cifar10';
import { checkRecipe, DEFAULT_RECIPE } from '../recipe/recipe';
import type { Report } from '../report/types';
import type {
  BackendInfo,
  ConvertResult,
  LabelledImages,
  OnProgress,
  RunKind,
  SavedTrainings,
  TrainingRef,
  TrainResult,
} from '../worker/api';
import { compare } from './compare';
import { freezeSchedule } from './freeze-schedule';
import { describeSpec } from './describe';
import { remedyFor } from './remedy';
import { STEP_IDS, type Session, type SessionEvent, type StepId, type StepResults } from './types';
import { Stops } from './stops';
import { startWorkers, type Workers } from './workers';

/** The article's equivalence check. */
const EQUIVALENCE = { randomTests: 100, imageTests: 100 };
const VALIDATIONS_PER_RUN = 4;
/** Tell 87 % from 88.5 %: the 95 % interval is 1.5 points to each side. */
const VALIDATION_IMAGES = 2000;
/** Latency is compared at one thread on both sides. */
const THREADS = 1;

/** A session whose assets (checkpoint/, data/, wasm/) lie beside the page. */
export function createSession(
  baseUrl = new URL('./', document.baseURI).href,
  workers: Workers = startWorkers(),
): Session {
  return new PlaygroundSession(baseUrl, workers);
}

class PlaygroundSession implements Session {
  options = DEFAULT_RECIPE;
  readonly results: { -readonly [S in StepId]?: StepResults[S] } = {};
  int8Model: Int8Model | undefined;
  private readonly listeners = new Set<(event: SessionEvent) => void>();
  private readonly running = new Map<StepId, Promise<unknown>>();
  private data: Promise<ImageSource> | undefined;
  /** Of what this session trains. */
  private id = newId();
  private trains = false;
  qatEnded = false;
  private askedToKeep = false;
  readonly stops: Stops;

  constructor(
    private readonly baseUrl: string,
    private readonly workers: Workers,
  ) {
    this.stops = new Stops(workers, () => this.run('load'));
  }

  on(listener: (event: SessionEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async run<S extends StepId>(step: S): Promise<StepResults[S]> {
    for (const id of STEP_IDS.slice(0, STEP_IDS.indexOf(step))) await this.runOne(id);
    return this.runOne(step);
  }

  async runAll(): Promise<Report> {
    await this.run('save');
    return this.results.compare!.report;
  }

  pause(): void {
    void this.workers.train.pause();
  }
  resume(): void {
    void this.workers.train.resume();
  }
  stepOnce(): void {
    void this.workers.train.step();
  }
  stop(): void {
    void this.workers.train.stop();
  }
  setLearningRate(learningRate: number): void {
    if (this.qatEnded) return;
    this.options = checkRecipe({ ...this.options, learningRate });
    void this.workers.train.setLearningRate(learningRate);
  }

  get trainingId(): string | undefined {
    return this.trains ? this.id : undefined;
  }

  async savedTrainings(): Promise<SavedTrainings> {
    const { trainings, problems } = await this.workers.train.savedTrainings();
    return { trainings: trainings.filter(({ id }) => id !== this.id), problems };
  }

  async takeUp(id: string): Promise<void> {
    const { options, qat } = await this.workers.train.claim(id);
    this.id = id;
    this.qatEnded = qat.ended;
    this.options = options;
  }

  discard(id: string, seconds?: number): Promise<void> {
    return this.workers.train.discard(id, seconds);
  }

  async testImages(n: number): Promise<LabelledImages> {
    // A failure is forgotten, so that the next call tries again.
    this.data ??= openImages(this.baseUrl).catch((error: unknown) => {
      this.data = undefined;
      throw error;
    });
    return (await this.data).images('test', 0, n);
  }

  dispose(): void {
    this.workers.end();
    this.listeners.clear();
  }

  /** Tells every listener; one that throws is a mistake of its own, not of what it is told of. */
  private emit(event: SessionEvent): void {
    for (const listener of this.listeners)
      try {
        listener(event);
      } catch (error) {
        console.error(`A listener to ${event.type} failed.\n${errorText(error)}`);
      }
  }

  private progress(step: StepId, label: string): OnProgress {
    return proxy((progress) => this.emit({ type: 'progress', step, label, progress }));
  }

  /** Runs a step unless it has run; two callers share one run. */
  private async runOne<S extends StepId>(step: S): Promise<StepResults[S]> {
    const known = this.results[step];
    if (known) return known as StepResults[S];
    let running = this.running.get(step) as Promise<StepResults[S]> | undefined;
    if (!running) {
      running = this.perform(step).finally(() => this.running.delete(step));
      this.running.set(step, running);
    }
    return running;
  }

  private async perform<S extends StepId>(step: S): Promise<StepResults[S]> {
    this.emit({ type: 'step-started', step });
    try {
      checkRecipe(this.options);
      const result = (await Promise.race([this.steps[step](), this.workers.broken])) as StepResults[S];
      Object.assign(this.results, { [step]: result });
      this.emit({ type: 'step-finished', step });
      return result;
    } catch (error) {
      const failure = error instanceof PlaygroundError ? error : bug(error);
      const { code, message, hint } = failure;
      const details = causeText(failure);
      if (details !== undefined) console.error(`Step ${step} failed. ${message}\n${details}`);
      const remedy = this.qatEnded ? undefined : remedyFor(step, code, this.options);
      this.emit({ type: 'step-failed', step, message, hint, details, remedy });
      throw failure;
    }
  }

  private readonly steps: { [S in StepId]: () => Promise<StepResults[S]> } = {
    load: async () => {
      const { train, engine } = this.workers;
      const backend = await train.start(
        this.baseUrl,
        this.options.backend,
        proxy((info) => this.replaceBackend(info)),
      );
      await engine.start(this.baseUrl);
      return { ...(await train.load(this.progress('load', 'checkpoint'))), backend };
    },
    fuse: () => this.workers.train.fuse(),
    verify: () => this.workers.train.verify(EQUIVALENCE, this.progress('verify', 'equivalence')),
    configure: async () => {
      const { label, activation, weight } = this.qconfig();
      return { qconfig: label, activation: describeSpec(activation), weight: describeSpec(weight) };
    },
    prepare: () => {
      const { qconfig, fuseAddRelu, weightBits, activationBits } = this.options;
      return this.workers.train.prepare({ qconfig, fuseAddRelu, weightBits, activationBits });
    },
    train: async () => {
      const qat = await this.train('qat').catch((error: unknown) => {
        this.qatEnded = false; // What was taken up may be damaged: then it trains anew.
        throw error;
      });
      this.qatEnded = true;
      return { qat, control: await this.train('control', qat) };
    },
    convert: async () => {
      const qat = await this.workers.train.convert(this.training);
      const ptq = await this.workers.train.ptq(this.options, this.progress('convert', 'PTQ calibration'));
      await this.workers.engine.load('ptq', ptq.model, THREADS);
      const engine = await this.workers.engine.load('qat', qat.model, THREADS);
      const layers = await this.workers.engine.profile('qat');
      this.int8Model = qat.model;
      return { qat: withoutModel(qat), ptq: withoutModel(ptq), engine: { ...engine, layers } };
    },
    compare: () =>
      compare(this.workers, {
        baseUrl: this.baseUrl,
        threads: THREADS,
        trained: this.training,
        options: this.options,
        backend: this.results.load!.backend,
        convert: this.results.convert!,
        training: this.results.train!,
        progress: (label) => this.progress('compare', label),
      }),
    save: async () => {
      const bytes = serializeInt8Model(this.int8Model!);
      const blob = new Blob([bytes], { type: 'application/octet-stream' });
      return { filename: 'resnet18-cifar10.int8', bytes: blob.size, blob };
    },
  };

  private replaceBackend(backend: BackendInfo): void {
    this.results.load = { ...this.results.load!, backend };
    this.emit({ type: 'backend-replaced', backend });
  }

  private get training(): TrainingRef {
    return { id: this.id, recipe: this.options };
  }

  private qconfig() {
    const { qconfig, weightBits, activationBits } = this.options;
    return qconfigById(qconfig, { weightBits, activationBits });
  }

  /** @param replay the run whose steps and learning rates this one takes */
  private train(kind: RunKind, replay?: Pick<TrainResult, 'steps' | 'schedule'>): Promise<TrainResult> {
    this.trains = true;
    const { steps, batch, learningRate, schedule, seed } = this.options;
    return this.workers.train.train(
      {
        kind,
        steps,
        batch,
        learningRate,
        schedule,
        momentum: 0.9,
        weightDecay: 1e-4,
        seed,
        // At the earliest when as many images were trained on as are to be judged: judging costs less than training.
        validateEvery: Math.ceil(Math.max(steps / VALIDATIONS_PER_RUN, VALIDATION_IMAGES / batch)),
        validationImages: VALIDATION_IMAGES,
        ...freezeSchedule(this.options),
        replay,
      },
      this.training,
      proxy((event) => {
        this.emit({ type: 'train', run: kind, event });
        if (event.type === 'saved' && event.step > 0) this.askToKeep();
      }),
    );
  }

  /** Asks once that the browser does not delete what is saved when disk space runs low. */
  private askToKeep(): void {
    if (this.askedToKeep) return;
    this.askedToKeep = true;
    const storage = navigator.storage as StorageManager | undefined;
    storage?.persist().then(
      (persistent) => this.emit({ type: 'storage', persistent }),
      () => this.emit({ type: 'storage', persistent: false }),
    );
  }
}

/** 128 random bits; crypto.randomUUID needs a secure context, this does not. */
const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function withoutModel({ bytes, fp32Bytes, activations }: ConvertResult): Omit<ConvertResult, 'model'> {
  return { bytes, fp32Bytes, activations };
}
