// The project on the workers: its runs, their choices, and the article's steps for the run in hand.
// Not for rendering (src/ui) nor computing (src/worker). How steps are performed: performer.ts and step-work.ts; what a
// changed choice makes stale: run.ts.
import { proxy } from 'comlink';
import { PlaygroundError } from '../core/errors';
import type { ImageSpec } from '../core/image-spec';
import type { ImageSource, Split } from '../data/source';
import { markOf, runNameOf, type Own, type Place } from '../model/own';
import { imagesOf, openImages } from '../model/resnet18-cifar10';
import { checkRecipe, DEFAULT_RECIPE, type Choice, type Recipe } from '../recipe/recipe';
import type { Report } from '../report/types';
import type { LabelledImages, RunRecord, SavedTrainings, TrainingRef } from '../worker/api';
import { Backends } from './backends';
import { Events } from './events';
import { exportOf, type ExportedFile, type ExportId } from './exports';
import { figuresOf, type Figures } from './figures';
import { newId } from '../core/ids';
import { IntegerNetworks } from './integer-networks';
import { restoredCurves } from './kept-results';
import { LayerStudy } from './layer-study';
import { unawaited } from './life';
import { OwnIntegers } from './own-integers';
import { answersTo, type OwnAnswers } from './own-picture';
import { Performer } from './performer';
import { persistence } from './persistence';
import { raceOf, type Race } from './race';
import { ProjectRun } from './run';
import { Shelf } from './shelf';
import { stepWork, type Work } from './step-work';
import { differing, READ_BY, STEP_IDS, type StepId } from './steps';
import { Stops } from './stops';
import { notKept, Trainings } from './trainings';
import type { Project, ProjectEvent, Run, RunName, StepResults } from './types';
import { startShelf, startWorkers, type ShelfWorker, type Workers } from './workers';

const HEALING: readonly Work[] = ['load', 'configure', 'prepare', 'qat', 'convert'];

export interface ProjectPlace {
  /** Where the page's assets are: checkpoint/, data/, wasm/. */
  readonly baseUrl?: string;
  /** Files in the place of the page's network or images. */
  readonly own?: Own;
  /** Of the first run. */
  readonly recipe?: Recipe;
  readonly startWorkers?: () => Workers;
  readonly startShelf?: () => ShelfWorker;
}

/** A project with one run that nothing was done with. */
export const createProject = (place: ProjectPlace = {}): Project => new WorkersProject(place);

class WorkersProject implements Project {
  private readonly place: Place;
  private readonly startWorkers: () => Workers;
  private workers: Workers;
  private all: ProjectRun[] = [];
  private hand!: ProjectRun;
  private named = 0;
  private data: Promise<ImageSource> | undefined;
  private readonly events = new Events();
  private readonly backends: Backends;
  private readonly networks: IntegerNetworks;
  private readonly trainings: Trainings;
  private readonly performer: Performer;
  readonly stops: Stops;
  readonly layers: LayerStudy;
  readonly ownIntegers: OwnIntegers;
  readonly shelf: Shelf;

  constructor(given: ProjectPlace = {}) {
    const { baseUrl, own = {}, recipe, startWorkers: start = startWorkers, startShelf: shelf = startShelf } = given;
    this.place = { baseUrl: baseUrl ?? new URL('./', document.baseURI).href, own };
    this.startWorkers = start;
    this.workers = start();
    const { events, place } = this;
    const workers = () => this.living();
    this.backends = new Backends(workers, place, events);
    this.networks = new IntegerNetworks(workers, events);
    const askToKeep = persistence((persistent) => events.emit({ type: 'storage', persistent }));
    this.trainings = new Trainings(workers, events, askToKeep, markOf(own));
    const { backends, networks, trainings } = this;
    const work = stepWork({ place, workers, events, backends, networks, trainings });
    this.performer = new Performer({ events, freshen: workers, work });
    this.stops = new Stops(workers, () => this.run('load'));
    this.layers = new LayerStudy(workers, this.stops, () => this.trained());
    this.ownIntegers = new OwnIntegers({
      ...{ workers, at: place, spec: this.images },
      refuseWhileComputing: () => this.performer.refuseWhileComputing(),
    });
    this.shelf = new Shelf({
      ...{ own, start: shelf, askToKeep, runs: () => this.all, saved: () => trainings.saved([]) },
      make: ({ id, name, recipe, made }) => this.newRun(id, name, recipe, made),
    });
    this.add(recipe ?? DEFAULT_RECIPE);
  }

  get own(): Own {
    return this.place.own;
  }
  get files(): string {
    return markOf(this.own);
  }
  get images(): ImageSpec {
    return imagesOf(this.own);
  }
  get runs(): readonly Run[] {
    return this.all;
  }
  get inHand(): Run {
    return this.hand;
  }
  get computing(): Run | undefined {
    return this.performer.computing;
  }

  on(listener: (event: ProjectEvent) => void): () => void {
    return this.events.on(listener);
  }

  add(recipe: Recipe = this.hand.recipe): Run {
    return this.take(this.newRun(newId(), runNameOf(this.own, ++this.named), checkRecipe(recipe)));
  }

  async openKept(record: RunRecord): Promise<void> {
    if (this.all.some(({ id }) => id === record.id)) return this.select(record.id);
    const run = this.take(await this.shelf.opened(record));
    for (const event of restoredCurves(run)) this.events.tell(run, event);
  }

  private newRun(id: string, name: RunName, recipe: Recipe, since?: number): ProjectRun {
    return new ProjectRun(id, name, recipe, (backend) => this.backends.sharedBy(backend), since);
  }

  /** A run beside the others, and in hand. */
  private take(run: ProjectRun): ProjectRun {
    this.all = [...this.all, run];
    this.hand = run;
    this.events.changed();
    return run;
  }

  select(id: string): void {
    this.hand = this.byId(id);
    this.events.changed();
  }

  rename(id: string, name: string): void {
    const run = this.byId(id);
    run.name = name.trim() || run.name;
    this.events.changed();
  }

  async remove(id: string): Promise<void> {
    const run = this.byId(id);
    const ends = this.computing === run;
    if (ends) this.renewWorkers();
    const at = this.all.indexOf(run);
    this.all = this.all.filter((other) => other !== run);
    const next = this.all[Math.min(at, this.all.length - 1)];
    if (!next) this.add(run.recipe);
    else if (this.hand === run) this.hand = next;
    this.events.changed();
    // The worker that trained it ends in its own time.
    if (run.training) await this.trainings.discard(run.training.id, ends ? 10 : undefined);
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
    if (changes.includes('learningRate') && this.trainings.trainsQat(hand))
      this.trainings.setLearningRate(next.learningRate);
    this.events.changed();
  }

  choose(change: Partial<Recipe>): void {
    this.recipe = { ...this.hand.recipe, ...change };
  }

  locked(choice: Choice): boolean {
    if (choice === 'learningRate' && this.trainings.trainsQat(this.hand)) return false;
    return this.performer.performs(this.hand, READ_BY[choice]);
  }

  get results(): Partial<StepResults> {
    return this.hand.results;
  }
  get int8Model() {
    return this.hand.int8Model;
  }

  async run<S extends StepId>(step: S): Promise<StepResults[S]> {
    const run = this.hand;
    await this.performer.along(run, STEP_IDS.slice(0, STEP_IDS.indexOf(step) + 1));
    return run.results[step] as StepResults[S];
  }

  async again<S extends StepId>(step: S): Promise<StepResults[S]> {
    this.performer.refuseWhileAnother(this.hand);
    const { training } = this.hand;
    if (step === 'train' && training) training.over = true;
    if (step === 'train') this.hand.forgetTrained();
    else this.hand.forget(step);
    if (step === 'load') this.backends.retire();
    this.events.changed();
    return this.run(step);
  }

  async runAll(): Promise<Report> {
    const run = this.hand;
    await this.run('save');
    return run.results.compare!.report;
  }

  async heal(): Promise<StepResults['convert']> {
    const run = this.hand;
    await this.performer.along(run, HEALING);
    return run.results.convert!;
  }

  async *figures(): AsyncGenerator<Figures> {
    const run = this.converted();
    const { workers } = this;
    const { recipe } = run;
    await this.networks.bring(run, 'convert');
    yield* figuresOf({
      ...{ workers, place: this.backends.placeOf(recipe), images: recipe.images },
      fp32: (split, images) =>
        this.backends.fp32(
          recipe,
          split,
          images,
          proxy(() => {}),
        ),
      // Another run's networks may have taken their place.
      stands: () => this.networks.has(run) && this.workers === workers,
    });
  }

  async *race(signal: AbortSignal): AsyncGenerator<Race> {
    this.performer.refuseWhileComputing();
    const workers = this.living();
    const { int8Model, recipe } = this.converted();
    this.refuseUnloaded();
    yield* raceOf({ workers, place: this.backends.placeOf(recipe), int8Model: int8Model! }, signal);
  }

  async answersTo(pixels: Uint8Array): Promise<OwnAnswers> {
    this.performer.refuseWhileComputing();
    const workers = this.living();
    const { hand: run } = this;
    this.refuseUnloaded();
    const converted = run.state('convert') === 'done';
    if (converted) await this.networks.bring(run, 'convert');
    const trained = run.training && run.state('train') === 'done';
    const training = trained ? await this.trainings.of(run) : undefined;
    return answersTo(pixels, { workers, training, converted, own: this.ownIntegers });
  }

  async exported(id: ExportId): Promise<ExportedFile> {
    this.performer.refuseWhileComputing();
    const workers = this.living();
    const run = this.converted();
    const image = async () => (await this.validationImage(0)).pixels;
    return exportOf(id, { workers, run, own: this.own, training: () => this.trainings.of(run), image });
  }

  pause(): void {
    unawaited(this.workers, this.workers.train.pause());
  }
  resume(): void {
    unawaited(this.workers, this.workers.train.resume());
  }
  stepOnce(closely?: string): void {
    unawaited(this.workers, this.workers.train.step(closely));
  }
  stop(): void {
    unawaited(this.workers, this.workers.train.stop());
  }

  savedTrainings(): Promise<SavedTrainings> {
    return this.trainings.saved(this.all);
  }

  async resumeSaved(id: string): Promise<void> {
    const training = await this.trainings.claim(id);
    if (!this.hand.untouched || this.computing === this.hand) this.add();
    this.hand.recipe = training.recipe;
    this.hand.training = training;
    this.events.changed();
  }

  discard(id: string): Promise<void> {
    return this.trainings.discard(id);
  }

  testImages(indices: readonly number[]): Promise<LabelledImages[]> {
    return Promise.all(indices.map((index) => this.image('test', index)));
  }

  validationImage(index: number): Promise<LabelledImages> {
    return this.image('validation', index);
  }

  private async image(split: Split, index: number): Promise<LabelledImages> {
    // A failure is forgotten, so that the next call tries again.
    this.data ??= openImages(this.place).catch((error: unknown) => {
      this.data = undefined;
      throw error;
    });
    return (await this.data).images(split, index, 1);
  }

  dispose(): void {
    this.workers.end();
    this.shelf.end();
    this.events.end();
  }

  private byId(id: string): ProjectRun {
    const run = this.all.find((run) => run.id === id);
    if (!run) throw new PlaygroundError('bad-argument', 'There is no such run any more.', 'Choose another one.');
    return run;
  }

  /** The run in hand. @throws PlaygroundError 'bad-argument' where it is not converted */
  private converted(): ProjectRun {
    const run = this.hand;
    if (run.state('convert') !== 'done')
      throw new PlaygroundError('bad-argument', `${run.title} is not converted.`, 'Run its convert step first.');
    return run;
  }

  /** @throws PlaygroundError 'bad-argument' before the network of the run in hand is loaded */
  private refuseUnloaded(): void {
    if (this.hand.state('load') !== 'done')
      throw new PlaygroundError('bad-argument', 'No network is loaded.', 'Run the load step first.');
  }

  /** What the run in hand has trained. @throws PlaygroundError 'bad-argument' where it has trained nothing */
  private trained(): TrainingRef {
    const { training, qatEnded, title } = this.hand;
    if (!training && qatEnded) throw notKept(this.hand);
    if (!training || !qatEnded)
      throw new PlaygroundError('bad-argument', `${title} has trained nothing yet.`, 'Run its train step first.');
    return training;
  }

  /** The workers there are, in the place of any that broke. */
  private living(): Workers {
    if (this.workers.over && !this.computing) this.renewWorkers();
    return this.workers;
  }

  /** Ends what is computed; results stay, the network is to be loaded again. */
  private renewWorkers(): void {
    this.workers.end();
    this.workers = this.startWorkers();
    for (const part of [this.backends, this.networks, this.trainings, this.performer]) part.forget();
  }
}
