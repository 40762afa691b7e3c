// The project on the workers: performs the article's steps for the run in hand and keeps what they give.
// Not for rendering (src/ui) nor for computing (src/worker); what a changed choice makes stale: run.ts.
import { proxy } from 'comlink';
import { serializeInt8Model } from '../int8/serialize';
import { causeText, errorText } from '../core/causes';
import { bug, PlaygroundError } from '../core/errors';
import type { ImageSource } from '../data/source';
import { qconfigById } from '../quant/qconfigs';
import { openImages } from '../model/resnet18-cifar10';
import { checkRecipe, DEFAULT_RECIPE, type Choice, type Recipe } from '../recipe/recipe';
import type { Evaluation, Report } from '../report/types';
import type {
  BackendInfo,
  ConvertResult,
  LabelledImages,
  OnProgress,
  RunKind,
  SavedTrainings,
  Split,
  TrainingRef,
  TrainResult,
} from '../worker/api';
import { compare } from './compare';
import { figuresOf, type Figures } from './figures';
import { freezeSchedule } from './freeze-schedule';
import { describeSpec } from './describe';
import { remedyFor } from './remedy';
import { ProjectRun, type OwnTraining, type SharedResults } from './run';
import { differing, READ_BY, STEP_IDS, type StepId } from './steps';
import type { Project, ProjectEvent, Run, RunEvent, StepResults } from './types';
import { Stops } from './stops';
import { startWorkers, type Workers } from './workers';

/** The article's equivalence check. */
const EQUIVALENCE = { randomTests: 100, imageTests: 100 };
const VALIDATIONS_PER_RUN = 4;
/** Tell 87 % from 88.5 %: the 95 % interval is 1.5 points to each side. */
const VALIDATION_IMAGES = 2000;
/** Latency is compared at one thread on both sides. */
const THREADS = 1;

/** The article's steps, and the half of the train step that conversion needs. */
type Work = StepId | 'qat';
const HEALING: readonly Work[] = ['load', 'configure', 'prepare', 'qat', 'convert'];
const stepOf = (work: Work): StepId => (work === 'qat' ? 'train' : work);

export interface ProjectPlace {
  /** Where the page's assets are: checkpoint/, data/, wasm/. */
  readonly baseUrl?: string;
  /** Of the first run. */
  readonly recipe?: Recipe;
  readonly startWorkers?: () => Workers;
}

/** A project with one run that nothing was done with. */
export const createProject = (place: ProjectPlace = {}): Project => new WorkersProject(place);

class WorkersProject implements Project {
  private readonly listeners = new Set<(event: ProjectEvent) => void>();
  private readonly baseUrl: string;
  private readonly startWorkers: () => Workers;
  private workers: Workers;
  /** They have failed, and are replaced before the next step. */
  private worn = false;
  private all: ProjectRun[] = [];
  private hand!: ProjectRun;
  private named = 0;
  private readonly shared = new Map<Recipe['backend'], SharedResults>();
  /** The choice whose backend the train worker has. */
  private active: Recipe['backend'] | undefined;
  /** Of FP32. */
  private readonly answers = new Map<string, Promise<Evaluation>>();
  /** The run whose two integer networks the engine worker has. */
  private inEngine: ProjectRun | undefined;
  /** Works of one run that are asked for, and those of them that are performed; two callers share one. */
  private owner: { readonly run: ProjectRun; callers: number } | undefined;
  private readonly performed = new Map<Work, Promise<void>>();
  /** QAT is being trained: its learning rate is open. */
  private qatTrains = false;
  private data: Promise<ImageSource> | undefined;
  private askedToKeep = false;
  readonly stops = new Stops(
    () => this.workers,
    () => this.run('load'),
  );

  constructor({ baseUrl, recipe, startWorkers: start = startWorkers }: ProjectPlace) {
    this.baseUrl = baseUrl ?? new URL('./', document.baseURI).href;
    this.startWorkers = start;
    this.workers = start();
    this.add(recipe ?? DEFAULT_RECIPE);
  }

  get runs(): readonly Run[] {
    return this.all;
  }
  get inHand(): Run {
    return this.hand;
  }
  get computing(): Run | undefined {
    return this.owner?.run;
  }

  on(listener: (event: ProjectEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(recipe: Recipe = this.hand.recipe): Run {
    const shared = (backend: Recipe['backend']) => {
      if (!this.shared.has(backend)) this.shared.set(backend, {});
      return this.shared.get(backend)!;
    };
    const run = new ProjectRun(newId(), `Run ${++this.named}`, checkRecipe(recipe), shared);
    this.all = [...this.all, run];
    this.hand = run;
    this.changed();
    return run;
  }

  select(id: string): void {
    this.hand = this.byId(id);
    this.changed();
  }

  rename(id: string, name: string): void {
    const run = this.byId(id);
    run.name = name.trim() || run.name;
    this.changed();
  }

  async remove(id: string): Promise<void> {
    const run = this.byId(id);
    const ends = this.owner?.run === run;
    if (ends) this.renewWorkers();
    const at = this.all.indexOf(run);
    this.all = this.all.filter((other) => other !== run);
    const next = this.all[Math.min(at, this.all.length - 1)];
    if (!next) this.add(run.recipe);
    else if (this.hand === run) this.hand = next;
    this.changed();
    // The worker that trained it ends in its own time.
    if (run.training) await this.workers.train.discard(run.training.id, ends ? 10 : undefined);
  }

  get recipe(): Recipe {
    return this.hand.recipe;
  }
  set recipe(recipe: Recipe) {
    const { hand } = this;
    const next = checkRecipe(recipe);
    const changes = differing(hand.recipe, next);
    const locked = changes.find((choice) => this.locked(choice));
    if (locked)
      throw new PlaygroundError(
        'bad-argument',
        `${locked} is in use by the step that runs.`,
        'Wait until the step is done, or make a new run.',
      );
    hand.recipe = next;
    if (changes.includes('learningRate') && this.qatTrains && this.owner?.run === hand)
      void this.workers.train.setLearningRate(next.learningRate);
    this.changed();
  }

  choose(change: Partial<Recipe>): void {
    this.recipe = { ...this.hand.recipe, ...change };
  }

  locked(choice: Choice): boolean {
    if (this.owner?.run !== this.hand) return false;
    if (choice === 'learningRate' && this.qatTrains) return false;
    return [...this.performed.keys()].some((work) => stepOf(work) === READ_BY[choice]);
  }

  get results(): Partial<StepResults> {
    return this.hand.results;
  }
  get int8Model() {
    return this.hand.int8Model;
  }

  async run<S extends StepId>(step: S): Promise<StepResults[S]> {
    const run = this.hand;
    await this.along(run, STEP_IDS.slice(0, STEP_IDS.indexOf(step) + 1));
    return run.results[step] as StepResults[S];
  }

  async again<S extends StepId>(step: S): Promise<StepResults[S]> {
    this.refuseWhileAnother(this.hand);
    const { training } = this.hand;
    if (step === 'train' && training) training.over = true;
    if (step === 'train') this.hand.forgetTrained();
    else this.hand.forget(step);
    if (step === 'load') this.active = undefined;
    this.changed();
    return this.run(step);
  }

  async runAll(): Promise<Report> {
    const run = this.hand;
    await this.run('save');
    return run.results.compare!.report;
  }

  async heal(): Promise<StepResults['convert']> {
    const run = this.hand;
    await this.along(run, HEALING);
    return run.results.convert!;
  }

  async *figures(): AsyncGenerator<Figures> {
    const run = this.hand;
    if (run.state('convert') !== 'done')
      throw new PlaygroundError('bad-argument', `${run.name} is not converted.`, 'Run its convert step first.');
    const { workers, baseUrl } = this;
    const { recipe } = run;
    await this.toEngine(run, 'convert');
    yield* figuresOf({
      ...{ workers, baseUrl, images: recipe.images },
      fp32: (split, images) =>
        this.fp32(
          recipe,
          split,
          images,
          proxy(() => {}),
        ),
      // Another run's networks may have taken their place.
      stands: () => this.inEngine === run && this.workers === workers,
    });
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

  async savedTrainings(): Promise<SavedTrainings> {
    const { trainings, problems } = await this.workers.train.savedTrainings();
    const own = this.all.map(({ training }) => training?.id);
    return { trainings: trainings.filter(({ id }) => !own.includes(id)), problems };
  }

  async resumeSaved(id: string): Promise<void> {
    const { workers } = this;
    const { options, qat } = await workers.train.claim(id);
    if (!this.hand.untouched || this.owner?.run === this.hand) this.add();
    this.hand.recipe = options;
    this.hand.training = { id, recipe: options, ended: qat.ended, over: false, workers };
    this.changed();
  }

  discard(id: string): Promise<void> {
    return this.workers.train.discard(id);
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

  private byId(id: string): ProjectRun {
    const run = this.all.find((run) => run.id === id);
    if (!run) throw new PlaygroundError('bad-argument', 'There is no such run any more.', 'Choose another one.');
    return run;
  }

  /** Tells every listener; one that throws is a mistake of its own, not of what it is told of. */
  private emit(event: ProjectEvent): void {
    for (const listener of this.listeners)
      try {
        listener(event);
      } catch (error) {
        console.error(`A listener to ${event.type} failed.\n${errorText(error)}`);
      }
  }
  private tell(run: ProjectRun, event: RunEvent): void {
    this.emit({ runId: run.id, ...event });
  }
  private changed(): void {
    this.emit({ type: 'runs-changed' });
  }

  private progress(run: ProjectRun, step: StepId, label: string): OnProgress {
    return proxy((progress) => this.tell(run, { type: 'progress', step, label, progress }));
  }

  private refuseWhileAnother(run: ProjectRun): void {
    if (this.owner && this.owner.run !== run)
      throw new PlaygroundError(
        'bad-argument',
        `${this.owner.run.name} is computing, and there is one device.`,
        'Wait until it is done, or stop it.',
      );
  }

  /**
   * Performs these works in order, each unless it is done. Choices may change on the way: then what has become stale is
   * performed again.
   */
  private async along(run: ProjectRun, works: readonly Work[]): Promise<void> {
    const next = () => works.find((work) => !this.isDone(run, work));
    if (next() === undefined) return;
    this.refuseWhileAnother(run);
    this.owner ??= { run, callers: 0 };
    const { owner } = this;
    owner.callers++;
    this.changed();
    try {
      for (let work = next(); work !== undefined; work = next()) await this.sharing(run, work);
    } finally {
      owner.callers--;
      if (owner.callers === 0 && this.owner === owner) this.owner = undefined;
      this.changed();
    }
  }

  private isDone(run: ProjectRun, work: Work): boolean {
    return work === 'qat' ? run.qatResult !== undefined : run.state(work) === 'done';
  }

  private sharing(run: ProjectRun, work: Work): Promise<void> {
    let performed = this.performed.get(work);
    if (!performed) {
      // It is known to be performed before it says so.
      performed = Promise.resolve()
        .then(() => this.perform(run, work))
        .finally(() => {
          if (this.performed.get(work) === performed) this.performed.delete(work);
        });
      this.performed.set(work, performed);
    }
    return performed;
  }

  private async perform(run: ProjectRun, work: Work): Promise<void> {
    const step = stepOf(work);
    if (this.worn) this.renewWorkers();
    this.tell(run, { type: 'step-started', step });
    const { workers } = this;
    const broken = workers.broken.catch((error: unknown) => {
      if (this.workers === workers) this.worn = true;
      throw error;
    });
    try {
      const keep = await Promise.race([this.work(run, work), broken]);
      keep();
      this.tell(run, work === 'qat' ? { type: 'qat-finished', step: 'train' } : { type: 'step-finished', step });
    } catch (error) {
      const failure = error instanceof PlaygroundError ? error : bug(error);
      const { code, message, hint } = failure;
      // What was trained is kept no longer, or cannot be had: the train step asks for it again.
      if (code === 'storage' && (step === 'convert' || step === 'compare')) run.forgetTrained();
      const details = causeText(failure);
      if (details !== undefined) console.error(`Step ${step} failed. ${message}\n${details}`);
      const remedy = run.qatEnded ? undefined : remedyFor(step, code, run.recipe);
      this.tell(run, { type: 'step-failed', step, message, hint, details, remedy });
      throw failure;
    }
  }

  /** With the choices as they are at its start. @returns keeps what it gave */
  private async work(run: ProjectRun, work: Work): Promise<() => void> {
    const { recipe } = run;
    if (work !== 'load' && run.results.load) await this.activate(run, recipe);
    switch (work) {
      case 'qat':
        await this.qat(run, recipe);
        return () => {};
      case 'train':
        return this.train(run, recipe);
      case 'load':
      case 'fuse':
      case 'verify':
      case 'configure':
      case 'prepare':
      case 'convert':
      case 'compare':
      case 'save':
        return this.fill(run, work, recipe);
    }
  }

  private async fill<S extends Exclude<StepId, 'train'>>(run: ProjectRun, step: S, recipe: Recipe) {
    const result = await this.steps[step](run, recipe);
    return () => run.keep(step, result, recipe);
  }

  private readonly steps: {
    [S in Exclude<StepId, 'train'>]: (run: ProjectRun, recipe: Recipe) => Promise<StepResults[S]>;
  } = {
    load: async (run, recipe) => {
      const { train, engine } = this.workers;
      const backend = await this.start(recipe);
      await engine.start(this.baseUrl);
      return { ...(await train.load(this.progress(run, 'load', 'checkpoint'))), backend };
    },
    fuse: () => this.workers.train.fuse(),
    verify: (run) => this.workers.train.verify(EQUIVALENCE, this.progress(run, 'verify', 'equivalence')),
    configure: async (_, recipe) => {
      const { label, activation, weight } = qconfigOf(recipe);
      return { qconfig: label, activation: describeSpec(activation), weight: describeSpec(weight) };
    },
    prepare: (_, { qconfig, fuseAddRelu, weightBits, activationBits }) =>
      this.workers.train.prepare({ qconfig, fuseAddRelu, weightBits, activationBits }),
    convert: async (run) => {
      const { train, engine } = this.workers;
      const qat = await train.convert(await this.trainedBy(run));
      const ptq = await this.loadPtq(run, 'convert');
      const info = await engine.load('qat', qat.model, THREADS);
      const layers = await engine.profile('qat');
      run.int8Model = qat.model;
      this.inEngine = run;
      return { qat: withoutModel(qat), ptq: withoutModel(ptq), engine: { ...info, layers } };
    },
    compare: async (run, recipe) => {
      const { results } = run;
      await this.toEngine(run, 'compare');
      return compare(this.workers, {
        baseUrl: this.baseUrl,
        threads: THREADS,
        recipe,
        trained: await this.trainedBy(run),
        backend: results.load!.backend,
        convert: results.convert!,
        training: results.train!,
        fp32: (onProgress) => this.fp32(recipe, 'test', recipe.images, onProgress),
        progress: (label) => this.progress(run, 'compare', label),
      });
    },
    save: async ({ int8Model }) => {
      const bytes = serializeInt8Model(int8Model!);
      const blob = new Blob([bytes], { type: 'application/octet-stream' });
      return { filename: 'resnet18-cifar10.int8', bytes: blob.size, blob };
    },
  };

  /** Gives the engine worker both integer networks of a run. */
  private async toEngine(run: ProjectRun, step: StepId): Promise<void> {
    if (this.inEngine === run) return;
    await this.loadPtq(run, step);
    await this.workers.engine.load('qat', run.int8Model!, THREADS);
    this.inEngine = run;
  }

  private async loadPtq(run: ProjectRun, step: StepId): Promise<ConvertResult> {
    const { train, engine } = this.workers;
    this.inEngine = undefined;
    const { qconfig, fuseAddRelu, weightBits, activationBits } = run.recipe;
    const options = { qconfig, fuseAddRelu, weightBits, activationBits };
    const ptq = await train.ptq(options, this.progress(run, step, 'PTQ calibration'));
    await engine.load('ptq', ptq.model, THREADS);
    return ptq;
  }

  /** Computed once for each backend, split and number of images. */
  private fp32({ backend }: Recipe, split: Split, images: number, onProgress: OnProgress): Promise<Evaluation> {
    const key = `${backend} ${split} ${images}`;
    const answer = this.answers.get(key) ?? this.workers.train.evaluate({ kind: 'fp32' }, split, images, onProgress);
    this.answers.set(key, answer);
    // A failure is forgotten, so that the next call tries again.
    answer.catch(() => this.answers.delete(key));
    return answer;
  }

  private async start({ backend }: Recipe): Promise<BackendInfo> {
    this.active = undefined;
    const replaced = proxy((info: BackendInfo) => this.replaceBackend(info));
    const info = await this.workers.train.start(this.baseUrl, backend, replaced);
    this.active = backend;
    return info;
  }

  /** Gives the train worker the backend that a loaded run has chosen. */
  private async activate(run: ProjectRun, recipe: Recipe): Promise<void> {
    if (this.active === recipe.backend) return;
    const backend = await this.start(recipe);
    run.keep('load', { ...run.results.load!, backend }, recipe);
  }

  private replaceBackend(backend: BackendInfo): void {
    const shared = this.active && this.shared.get(this.active);
    if (shared?.load) Object.assign(shared, { load: { ...shared.load, backend } });
    this.emit({ type: 'backend-replaced', backend });
    this.changed();
  }

  /** The training of a run, known to the workers there are. */
  private async trainedBy(run: ProjectRun): Promise<TrainingRef> {
    const training = run.training!;
    await this.introduce(training);
    return { id: training.id, recipe: training.recipe };
  }

  private async introduce(training: OwnTraining): Promise<void> {
    const { workers } = this;
    if (training.workers === workers) return;
    training.workers = workers;
    await workers.train.claim(training.id);
  }

  /** QAT with these choices: begun, gone on with, or as it ended. */
  private async qat(run: ProjectRun, recipe: Recipe): Promise<TrainResult> {
    if (run.qatResult) return run.qatResult;
    run.forgetTrained();
    const { workers } = this;
    const old = run.training;
    if (old && run.goesOn) await this.introduce(old);
    else {
      run.training = { id: newId(), recipe, ended: false, over: false, workers };
      // What takes its place begins: a store that fails must not keep it from that.
      if (old) await workers.train.discard(old.id).catch(() => {});
    }
    const training = run.training!;
    training.recipe = recipe;
    this.qatTrains = true;
    this.changed();
    try {
      const result = await this.legOf(run, 'qat', training.recipe);
      training.recipe = { ...recipe, learningRate: run.recipe.learningRate };
      training.ended = true;
      run.qatDone(result, training.recipe);
      return result;
    } catch (error) {
      training.ended = false; // What was taken up may be damaged: then it trains anew.
      throw error;
    } finally {
      this.qatTrains = false;
      this.changed();
    }
  }

  private async train(run: ProjectRun, recipe: Recipe): Promise<() => void> {
    const qat = await this.qat(run, recipe);
    const training = run.training!;
    await this.introduce(training);
    const control = await this.legOf(run, 'control', training.recipe, qat);
    return () => run.keep('train', { qat, control }, training.recipe);
  }

  /** @param replay the run whose steps and learning rates this one takes */
  private legOf(
    run: ProjectRun,
    kind: RunKind,
    recipe: Recipe,
    replay?: Pick<TrainResult, 'steps' | 'schedule'>,
  ): Promise<TrainResult> {
    const { steps, batch, learningRate, schedule, seed } = recipe;
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
        ...freezeSchedule(recipe),
        replay,
      },
      { id: run.training!.id, recipe },
      proxy((event) => {
        this.tell(run, { type: 'train', run: kind, event });
        if (event.type === 'saved' && event.step > 0) this.askToKeep();
      }),
    );
  }

  /** Ends what is computed; results stay, the network is to be loaded again. */
  private renewWorkers(): void {
    this.workers.end();
    this.workers = this.startWorkers();
    this.worn = false;
    this.shared.clear();
    this.active = undefined;
    this.inEngine = undefined;
    this.owner = undefined;
    this.performed.clear();
    this.qatTrains = false;
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

const qconfigOf = ({ qconfig, weightBits, activationBits }: Recipe) =>
  qconfigById(qconfig, { weightBits, activationBits });

/** 128 random bits; crypto.randomUUID needs a secure context, this does not. */
const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function withoutModel({ bytes, fp32Bytes, activations }: ConvertResult): Omit<ConvertResult, 'model'> {
  return { bytes, fp32Bytes, activations };
}
