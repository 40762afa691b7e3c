// One session as runes: what the components read and the actions they call. A new session means a new Playground.
// Not for computing: the session and its workers do that.
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import type { RunOptions } from '../../report/types';
import {
  STEP_IDS,
  type SavedTraining,
  type Session,
  type SessionEvent,
  type StepId,
  type StepResults,
} from '../../session/types';
import { Step } from './step.svelte';
import { READ_BY, STEP_NAMES, stepNumber } from './steps';
import { Training } from './training.svelte';

export class Playground {
  readonly steps = Object.fromEntries(STEP_IDS.map((id) => [id, new Step(id)])) as Readonly<Record<StepId, Step>>;
  readonly training = new Training();
  options = $state.raw() as RunOptions;
  results = $state.raw<Partial<StepResults>>({});
  /** Read out by screen readers; changes a few times a step, not with every number. */
  announcement = $state('');
  /** A training of an earlier visit that can be taken up, until anything runs here. */
  saved = $state.raw<SavedTraining>();
  /** Why a training of an earlier visit cannot. */
  savedProblem = $state.raw<{ readonly message: string; readonly hint: string }>();
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
    } catch {
      return false; // told by the event 'step-failed'
    } finally {
      this.pending--;
    }
  }

  runAll(): Promise<boolean> {
    return this.run(STEP_IDS[STEP_IDS.length - 1]!);
  }

  /** Asks the session for a training of an earlier visit. */
  async lookForSaved(): Promise<void> {
    try {
      this.saved = await this.session.savedTraining();
    } catch (error) {
      if (!(error instanceof PlaygroundError)) throw error;
      this.savedProblem = error;
    }
  }

  /** Goes on with the training of an earlier visit. */
  resumeSaved(): Promise<boolean> {
    this.session.takeUp(this.saved!);
    this.options = this.session.options;
    return this.run('train');
  }

  async forgetSaved(): Promise<void> {
    this.saved = undefined;
    await this.session.forgetSaved();
  }

  set<K extends keyof RunOptions>(option: K, value: RunOptions[K]): void {
    if (this.locked(option)) return;
    if (option === 'learningRate') this.session.setLearningRate(value as number);
    else this.session.options = { ...this.session.options, [option]: value };
    this.options = this.session.options;
  }

  /** An option is open until the step that reads it runs; the learning rate until QAT is done: the control takes QAT's. */
  locked(option: keyof RunOptions): boolean {
    const { status } = this.steps[READ_BY[option]];
    const open = status !== 'running' || (option === 'learningRate' && this.training.active !== 'control');
    return status === 'done' || !open;
  }

  /** Takes over the options of an earlier session. */
  restore(options: RunOptions): void {
    this.options = this.session.options = options;
  }

  private take(event: SessionEvent): void {
    if (event.type === 'train') {
      this.training.take(event.run, event.event);
      if (event.event.type === 'validation')
        this.announcement = `Step ${event.event.step}: validation accuracy ${(event.event.accuracy * 100).toFixed(1)} percent.`;
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
    this.options = this.session.options;
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

const KEY = Symbol('playground');
/** The page's Playground, for every component below Page. */
export const usePlayground = (): Playground => getContext<Playground>(KEY);
export const providePlayground = (playground: Playground): Playground => setContext(KEY, playground);
