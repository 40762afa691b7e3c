// Which states of a run are kept, and which is good to come back to when the run diverges.
// Not for storing them: the worker does that.
import { PlaygroundError } from '../core/errors';
import { allFinite, isCalm } from './divergence';
import type { TrainState } from './state';
import type { RunHistory, TrainEvent } from './types';

export interface StatesContext {
  readonly trainer: { readonly step: number; readonly classes: number; snapshot(): Promise<TrainState> };
  /** Where the run begins or goes on. */
  readonly start: TrainState;
  /** Of the steps before as well; the loop adds to it. */
  readonly history: RunHistory;
  /** Seconds after which a fresh run takes its first state. */
  readonly keepFirstAfter: number;
  /** Seconds of training that may be lost later on. */
  readonly keepEvery: number;
  /** Keeps a state to go on from or, once the run has ended, its result; says whether it was stored. */
  keep(state: TrainState, ended: boolean): Promise<TrainEvent>;
}

/**
 * What a step did to the weights shows in the loss of the next one: only then is a state known to be good.
 * All but fallBack throw PlaygroundError 'diverged' when the weights as they are hold values that are no numbers.
 */
export class GoodStates {
  private good: TrainState;
  /** Waits for the next step's loss. */
  private candidate: TrainState | undefined;
  /** Step of the state that was kept last. */
  private kept: number;
  private keptAt = performance.now();
  /** Seconds from then on until the next is due. */
  private wait: number;

  constructor(private readonly context: StatesContext) {
    this.good = context.start;
    this.kept = context.start.step;
    this.wait = this.kept === 0 ? context.keepFirstAfter : context.keepEvery;
  }

  /** At a pause: keeps the state as it is, good or not. */
  async keepNow(): Promise<TrainEvent[]> {
    if (this.kept >= this.context.trainer.step) return [];
    this.candidate = await this.snapshot();
    return [await this.keep(this.candidate)];
  }

  /** After a step: keeps the state before it if its loss shows that to be good; takes another when one is due. */
  async stepDone(): Promise<TrainEvent[]> {
    const { history } = this.context;
    const calm = isCalm(history.losses, this.context.trainer.classes);
    const proved = calm ? this.candidate : undefined;
    this.candidate = undefined;
    if (proved) this.good = proved;
    const events = proved && proved.step > this.kept ? [await this.keep(proved)] : [];
    const due = performance.now() - this.keptAt >= this.wait * 1000;
    if (due && calm) this.candidate = await this.snapshot();
    return events;
  }

  /** At the end: keeps the state as the result. */
  async keepResult(): Promise<TrainEvent> {
    return this.keep(await this.snapshot(), true);
  }

  /** Sees to it that a good state is the one kept last. @returns its step */
  async fallBack(): Promise<number> {
    const { step } = this.good;
    if (this.kept > step) await this.keep(this.good);
    return step;
  }

  private async snapshot(): Promise<TrainState> {
    const state = await this.context.trainer.snapshot();
    if (!allFinite(state)) throw new PlaygroundError('diverged', 'Weights are no numbers any more.', '');
    return state;
  }

  private async keep(state: TrainState, ended = false): Promise<TrainEvent> {
    const event = await this.context.keep(state, ended);
    this.kept = state.step;
    this.keptAt = performance.now();
    this.wait = this.context.keepEvery;
    return event;
  }
}
