// One session as runes: what the components read and the actions they call. A new session means a new Playground.
// Not for computing: the session and its workers do that.
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import type { Choice, Recipe } from '../../recipe/recipe';
import { STEP_IDS, type Session, type SessionEvent, type StepId, type StepResults } from '../../session/types';
import type { SavedTraining } from '../../worker/api';
import { Step } from './step.svelte';
import { READ_BY, STEP_NAMES, stepNumber } from './steps';
import { Training } from './training.svelte';

interface Problem {
  readonly message: string;
  readonly hint: string;
}

export class Playground {
  readonly steps = Object.fromEntries(STEP_IDS.map((id) => [id, new Step(id)])) as Readonly<Record<StepId, Step>>;
  readonly training = new Training();
  options = $state.raw() as Recipe;
  results = $state.raw<Partial<StepResults>>({});
  /** Read out by screen readers; changes a few times a step, not with every number. */
  announcement = $state('');
  /** Trainings saved in this browser, the newest first; this page's own is none of them. */
  saved = $state.raw<readonly SavedTraining[]>([]);
  /** Why they cannot be listed, why what was asked of one was not done, and what was damaged. */
  readonly savedProblems = $derived.by(() => [this.listProblem, this.askedProblem, ...this.removed].filter((p) => !!p));
  /** Another tab, or the browser, may yet let go of some. */
  readonly savedWaits = $derived.by(() => !!this.listProblem || this.saved.some(({ elsewhere }) => elsewhere === true));
  private listProblem = $state.raw<Problem>();
  private askedProblem = $state.raw<Problem>();
  private removed = $state.raw<readonly Problem[]>([]);
  /** The browser has not promised to keep what is saved. */
  evictable = $state(false);
  /** What is trained here was saved before: its choices up to there are no longer open. */
  private takenUp = $state(false);
  /** The control takes what QAT had: the choices of the train step are no longer open. */
  qatEnded = $state(false);
  /** Whether another backend had to take over while this page computed. */
  backendReplaced = $state(false);

  /** The step that is running, if any. */
  readonly running = $derived(STEP_IDS.find((id) => this.steps[id].status === 'running'));
  /** The first step that is not done: what to click. */
  readonly next = $derived(STEP_IDS.find((id) => this.steps[id].status !== 'done'));
  readonly started = $derived(STEP_IDS.some((id) => this.steps[id].status !== 'idle'));
  /** A run of several steps, between two of them too. */
  private pending = $state(0);
  readonly busy = $derived(this.pending > 0 || this.running !== undefined);

  constructor(readonly session: Session) {
    this.options = session.options;
    session.on((event) => this.take(event));
  }

  /** Runs a step and, before it, those that have not run. Failures show in the step's card. */
  async run(step: StepId): Promise<boolean> {
    if (this.busy) return false;
    this.pending++;
    try {
      await this.session.run(step);
      return true;
    } catch (error) {
      if (!(error instanceof PlaygroundError)) throw error;
      return false; // told by the event 'step-failed'
    } finally {
      this.pending--;
    }
  }

  runAll(): Promise<boolean> {
    return this.run(STEP_IDS[STEP_IDS.length - 1]!);
  }

  /** Asks the session for saved trainings. */
  async lookForSaved(): Promise<void> {
    this.listProblem = await problemOf(async () => {
      const { trainings, problems } = await this.session.savedTrainings();
      this.saved = trainings;
      if (problems.length > 0) this.removed = [...this.removed, ...problems];
    });
  }

  canTakeUp(id: string): boolean {
    return this.saved.some((training) => training.id === id && training.elsewhere !== true);
  }

  /** Goes on with a saved training; nothing may have run before. */
  async resume(id: string): Promise<boolean> {
    if (this.busy) return false;
    if (!(await this.ask(() => this.session.takeUp(id)))) return false;
    this.takenUp = true;
    this.follow();
    return this.run('train');
  }

  /** Forgets a saved training. @param seconds to wait for who has it */
  async discard(id: string, seconds?: number): Promise<void> {
    await this.ask(() => this.session.discard(id, seconds));
  }

  private async ask(work: () => Promise<void>): Promise<boolean> {
    const problem = await problemOf(work);
    this.askedProblem = problem;
    if (problem) this.announcement = `${problem.message} ${problem.hint}`;
    await this.lookForSaved();
    return !problem;
  }

  set<K extends Choice>(option: K, value: Recipe[K]): void {
    if (this.locked(option)) return;
    if (option === 'learningRate') this.session.setLearningRate(value as number);
    else this.session.options = { ...this.session.options, [option]: value };
    this.options = this.session.options;
  }

  /** An option is open until the step that reads it runs, the learning rate until QAT has ended. */
  locked(option: Choice): boolean {
    const step = READ_BY[option];
    if (this.takenUp && (step === 'configure' || step === 'prepare')) return true;
    if (this.qatEnded && step === 'train') return true;
    const { status } = this.steps[step];
    return status === 'done' || (status === 'running' && option !== 'learningRate');
  }

  /** Takes over the options of an earlier session. */
  restore(options: Recipe): void {
    this.options = this.session.options = options;
  }

  /** What the session changes on its own. */
  private follow(): void {
    this.options = this.session.options;
    this.qatEnded = this.session.qatEnded;
  }

  private take(event: SessionEvent): void {
    if (event.type === 'train') {
      if (event.event.type === 'saved' && !this.training.saved) void this.lookForSaved();
      this.training.take(event.run, event.event);
      this.follow();
      if (event.event.type === 'validation')
        this.announcement = `Step ${event.event.step}: validation accuracy ${(event.event.accuracy * 100).toFixed(1)} percent.`;
      return;
    }
    if (event.type === 'storage') {
      this.evictable = !event.persistent;
      return;
    }
    if (event.type === 'backend-replaced') {
      this.results = { ...this.session.results };
      this.backendReplaced = true;
      this.announcement = event.backend.reason;
      return;
    }
    const step = this.steps[event.step];
    const name = `Step ${stepNumber(event.step)}, ${STEP_NAMES[event.step]},`;
    if (event.type === 'progress') return step.advance(event.label, event.progress);
    this.follow();
    if (event.type === 'step-started') {
      step.start();
      if (event.step === 'train') this.training.start();
      this.announcement = `${name} started.`;
      return;
    }
    if (event.step === 'train') this.training.end();
    if (event.type === 'step-failed') {
      step.fail(event);
      this.announcement = `${name} failed. ${event.message} ${event.hint}`;
    } else {
      this.results = { ...this.session.results };
      step.finish();
      this.announcement = `${name} done.`;
    }
  }
}

/** What a visitor is told of work that fails. */
async function problemOf(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof PlaygroundError) return error;
    throw error;
  }
}

const KEY = Symbol('playground');
/** The page's Playground, for every component below Page. */
export const usePlayground = (): Playground => getContext<Playground>(KEY);
export const providePlayground = (playground: Playground): Playground => setContext(KEY, playground);
