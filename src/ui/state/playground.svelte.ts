// A project as runes: what the components read of the run in hand and of the others, and the actions they call.
// Not for computing: the project and its workers do that.
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import type { Choice, Recipe } from '../../recipe/recipe';
import {
  STEP_IDS,
  type Project,
  type ProjectEvent,
  type Run,
  type RunEvent,
  type RunName,
  type StepId,
  type StepResults,
  type StepState,
} from '../../project/types';
import type { RunRecord, SavedTraining } from '../../worker/api';
import { words } from '../words/words.svelte';
import { Milestones, type Milestone } from './milestones';
import { failureOf, inShort, type Problem } from './problem';
import { Step } from './step.svelte';
import { STEP_NAMES, stepNumber } from './steps';
import { Training } from './training.svelte';

/** A run as it was when the project last told of it. */
export interface RunView {
  readonly id: string;
  /** As it was typed, or its number. */
  readonly named: RunName;
  /** In the language in force. */
  readonly name: string;
  /** When it was first kept, where an earlier visit made it. */
  readonly since: number | undefined;
  readonly recipe: Recipe;
  readonly results: Partial<StepResults>;
  readonly states: Readonly<Record<StepId, StepState>>;
  readonly qatEnded: boolean;
  readonly weightsGone: boolean;
}

/** What a run has shown while it computed. */
class Doings {
  readonly steps: Readonly<Record<StepId, Step>>;
  readonly training = new Training();
  readonly milestones = new Milestones();
  /** The step that ended last, until another one starts. */
  lastDone = $state<StepId>();
  constructor(state: (step: StepId) => StepState) {
    this.steps = Object.fromEntries(STEP_IDS.map((id) => [id, new Step(id, () => state(id))])) as typeof this.steps;
  }
}

export class Playground {
  /** In the order they were made. */
  runs = $state.raw<readonly RunView[]>([]);
  private handId = $state('');
  private computingId = $state<string>();
  /** The run in hand. */
  readonly current: RunView = $derived(this.runs.find(({ id }) => id === this.handId)!);
  /** The run whose steps are running. */
  readonly computing = $derived(this.runs.find(({ id }) => id === this.computingId));
  readonly options: Recipe = $derived(this.current.recipe);
  readonly results: Partial<StepResults> = $derived(this.current.results);
  /** Network or images are a visitor's own: what was recorded is of others. */
  get hasOwn(): boolean {
    return this.project.files !== '';
  }
  /** That the networks tell apart. */
  get classes(): number {
    return this.project.images.classes.length;
  }
  private readonly doings: Record<string, Doings> = {};
  private readonly doing: Doings = $derived(this.doingsOf(this.handId));
  readonly steps: Readonly<Record<StepId, Step>> = $derived(this.doing.steps);
  readonly training: Training = $derived(this.doing.training);
  readonly lastDone: StepId | undefined = $derived(this.doing.lastDone);
  /** Read out by screen readers; changes a few times a step, not with every number. */
  announcement = $state('');
  /** Trainings saved in this browser, the newest first; those of the project's runs are none of them. */
  saved = $state.raw<readonly SavedTraining[]>([]);
  /** Why they cannot be listed, why what was asked of one was not done, and what was damaged. */
  readonly savedProblems = $derived.by(() => [this.listProblem, this.askedProblem, ...this.removed].filter((p) => !!p));
  /** Another tab, or the browser, may yet let go of some. */
  readonly savedWaits = $derived.by(() => !!this.listProblem || this.saved.some(({ elsewhere }) => elsewhere === true));
  private listProblem = $state.raw<Problem>();
  private askedProblem = $state.raw<Problem>();
  private removed = $state.raw<readonly Problem[]>([]);
  /** Whether the browser has promised to keep what is saved; undefined before it was asked. */
  persistent = $state<boolean>();
  readonly evictable = $derived(this.persistent === false);
  /** Whether another backend had to take over while this page computed. */
  backendReplaced = $state(false);

  /** The step of the run in hand that is running, if any. */
  readonly running = $derived(STEP_IDS.find((id) => this.steps[id].status === 'running'));
  /** Its first step that is not done: what to click. */
  readonly next = $derived(STEP_IDS.find((id) => this.steps[id].status !== 'done'));
  readonly started = $derived(STEP_IDS.some((id) => this.steps[id].status !== 'idle'));
  /** Some run computes, between two of its steps too. */
  readonly busy = $derived(this.computing !== undefined);

  constructor(readonly project: Project) {
    this.look();
    project.on((event) => this.take(event));
  }

  /** Runs a step and, before it, those that are not done. Failures show in the step's card. */
  run(step: StepId): Promise<boolean> {
    return this.attempt(() => this.project.run(step));
  }

  /** Runs a step again that is done. */
  again(step: StepId): Promise<boolean> {
    return this.attempt(() => this.project.again(step));
  }

  runAll(): Promise<boolean> {
    return this.attempt(() => this.project.runAll());
  }

  private async attempt(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof PlaygroundError)) throw error;
      return false; // told by the event 'step-failed'
    }
  }

  /** QAT at the choices as they are, converted: the shortest way there. */
  heal(): Promise<boolean> {
    return this.attempt(() => this.project.heal());
  }

  /** A new run with the choices of the one in hand, or of another. */
  add(recipe = this.options): void {
    this.project.add(recipe);
    this.announcement = words().steps.announced.newRun(this.current.name);
  }

  /** A new run with these choices, all steps of it, unless one computes. */
  runAgain(recipe: Recipe): Promise<boolean> {
    return this.attempt(() => {
      this.add(recipe);
      return this.project.runAll();
    });
  }

  /** What a run of this page has shown while it trained. */
  trainingOf(id: string): Training {
    return this.doingsOf(id).training;
  }

  select(id: string): void {
    this.project.select(id);
    this.announcement = words().steps.announced.inHand(this.current.name);
  }

  rename(id: string, name: string): void {
    this.project.rename(id, name);
  }

  /** Makes a run of an earlier visit live again. @throws PlaygroundError 'storage' */
  async openKept(record: RunRecord): Promise<void> {
    await this.project.openKept(record);
    this.trainingOf(record.id).end();
    this.announcement = words().steps.announced.inHand(this.current.name);
  }

  /** Forgets a run, and ends it if it computes. */
  async remove(id: string): Promise<void> {
    await this.ask(() => this.project.remove(id));
  }

  /** Asks the project for saved trainings. */
  async lookForSaved(): Promise<void> {
    this.listProblem = await failureOf(async () => {
      const { trainings, problems } = await this.project.savedTrainings();
      this.saved = trainings;
      const told = problems.map((problem) => ({ code: 'storage' as const, ...problem }));
      if (told.length > 0) this.removed = [...this.removed, ...told];
    });
  }

  /** Goes on with a saved training, as a run. */
  async resume(id: string): Promise<boolean> {
    if (this.busy) return false;
    if (!(await this.ask(() => this.project.resumeSaved(id)))) return false;
    return this.run('train');
  }

  /** Forgets a saved training. */
  async discard(id: string): Promise<void> {
    await this.ask(() => this.project.discard(id));
  }

  private async ask(work: () => Promise<void>): Promise<boolean> {
    const problem = await failureOf(work);
    this.askedProblem = problem;
    if (problem) this.announcement = inShort(problem);
    await this.lookForSaved();
    return !problem;
  }

  set<K extends Choice>(option: K, value: Recipe[K]): void {
    if (!this.project.locked(option)) this.project.choose({ [option]: value });
  }

  /** Many choices at once, unless one of them is locked. */
  choose(change: Partial<Recipe>): void {
    if (!(Object.keys(change) as Choice[]).some((option) => this.project.locked(option))) this.project.choose(change);
  }

  /** The very step that reads it is running. */
  locked(option: Choice): boolean {
    // What the project answers changes with what it tells, which `runs` follows.
    return this.runs.length > 0 && this.project.locked(option);
  }

  private doingsOf(id: string): Doings {
    return (this.doings[id] ??= new Doings((step) => this.runs.find((run) => run.id === id)?.states[step] ?? 'open'));
  }

  private look(): void {
    const { runs, inHand, computing } = this.project;
    const before = this.runs;
    this.runs = runs.map((run) => {
      const seen = before.find(({ id }) => id === run.id);
      return viewOf(run, seen);
    });
    this.handId = inHand.id;
    this.computingId = computing?.id;
  }

  private take(event: ProjectEvent): void {
    if ('runId' in event) {
      // One that was deleted has nothing to tell any more.
      if (this.runs.some(({ id }) => id === event.runId)) this.takeOf(event.runId, event);
      return;
    }
    if (event.type === 'runs-changed') return this.look();
    if (event.type === 'storage') {
      this.persistent = event.persistent;
      return;
    }
    this.backendReplaced = true;
    this.announcement = words().backend.reason(event.backend);
  }

  private takeOf(id: string, event: RunEvent): void {
    const doings = this.doingsOf(id);
    const { steps, training } = doings;
    const said = words().steps.announced;
    if (event.type === 'train') {
      if (event.event.type === 'saved' && !training.saved) void this.lookForSaved();
      training.take(event.run, event.event);
      const milestone = doings.milestones.take(event.run, event.event, performance.now());
      if (milestone) this.announcement = spoken(milestone);
      return;
    }
    const step = steps[event.step];
    const which = [stepNumber(event.step), STEP_NAMES[event.step]] as const;
    if (event.type === 'progress') return step.advance(event.part, event.progress);
    this.look();
    if (event.type === 'step-started') {
      step.start();
      doings.lastDone = undefined;
      if (event.step === 'train') training.start(this.runs.find((run) => run.id === id)!.qatEnded);
      this.announcement = said.started(...which);
      return;
    }
    if (event.step === 'train') training.end();
    if (event.type === 'step-failed') {
      step.fail(event);
      this.announcement = said.failed(...which, inShort(event));
    } else {
      step.finish();
      doings.lastDone = step.id;
      this.announcement = event.type === 'qat-finished' ? said.qatEnded : said.done(...which);
    }
  }
}

/** @param before as the run was seen last: results that are the same are the same object, so that nothing follows from them */
function viewOf(run: Run, before: RunView | undefined): RunView {
  const { id, name: named, since, recipe, qatEnded, weightsGone, results } = run;
  const kept = before && STEP_IDS.every((step) => before.results[step] === results[step]);
  return {
    ...{ id, named, since, recipe, qatEnded, weightsGone, results: kept ? before.results : results },
    get name() {
      const t = words().runs;
      return since !== undefined && typeof named === 'number' ? t.nameThen(t.called(named), since) : t.called(named);
    },
    states: Object.fromEntries(STEP_IDS.map((step) => [step, run.state(step)])) as RunView['states'],
  };
}

function spoken(milestone: Milestone): string {
  const t = words().slow;
  const { step, steps } = milestone;
  const run = t.runs[milestone.run];
  if (milestone.kind === 'begun') return t.begun(run, step, steps);
  if (milestone.kind === 'validated') return t.validated(step, milestone.accuracy);
  if (milestone.kind === 'ended') return t.ended(run, step, milestone.loss, milestone.accuracy);
  return t.quarter(run, step, steps, milestone.loss, milestone.accuracy);
}

const KEY = Symbol('playground');
/** The page's Playground, for every component below Page. */
export const usePlayground = (): Playground => getContext<Playground>(KEY);
export const providePlayground = (playground: Playground): Playground => setContext(KEY, playground);
