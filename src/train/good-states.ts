// Which states of a run are kept, and which is good to come back to when the run diverges.
// Not for storing them: the worker does that.
import { PlaygroundError } from '../core/errors';
import { isCalm } from './divergence';
import type { TrainState } from './state';
import type { RunHistory, TrainEvent } from './types';

export interface StatesContext {
  readonly trainer: { readonly step: number; snapshot(): Promise<TrainState> };
  readonly control: { readonly learningRate: number };
  /** Where the run begins or goes on. */
  readonly start: TrainState;
  /** Of the steps before as well; the loop adds to it. */
  readonly history: RunHistory;
  /** Seconds after which a fresh run takes its first state. */
  readonly firstCheckpoint: number;
  /** Seconds of training that may be lost later on. */
  readonly checkpointEvery: number;
  /** Keeps a state to go on from, and says whether it was stored. */
  keep(state: TrainState): Promise<TrainEvent>;
}

/** What a step did to the weights shows in the loss of the next one: only then is a state known to be good. */
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
    this.wait = this.kept === 0 ? context.firstCheckpoint : context.checkpointEvery;
  }

  /** At a pause: keeps the state as it is, good or not. */
  async keepNow(): Promise<TrainEvent[]> {
    if (this.kept >= this.context.trainer.step) return [];
    this.candidate = await this.context.trainer.snapshot();
    return [await this.keep(this.candidate)];
  }

  /** After a step: keeps the state before it if its loss shows that to be good; takes another when one is due. */
  async stepDone(): Promise<TrainEvent[]> {
    const { trainer, history } = this.context;
    const calm = isCalm(history.losses);
    const proved = calm ? this.candidate : undefined;
    this.candidate = undefined;
    if (proved) this.good = proved;
    const events = proved && proved.step > this.kept ? [await this.keep(proved)] : [];
    const due = performance.now() - this.keptAt >= this.wait * 1000;
    if (due && calm) this.candidate = await trainer.snapshot();
    return events;
  }

  /** Sees to it that a good state is the one kept last. @param what happened @returns the error to throw */
  async fallBack(what: string): Promise<PlaygroundError> {
    const { trainer, control } = this.context;
    const { step } = this.good;
    if (this.kept > step) await this.keep(this.good);
    return new PlaygroundError(
      'diverged',
      `${what} (step ${trainer.step}, learning rate ${control.learningRate}): the steps were too long.`,
      `Lower the learning rate and press Retry. Training goes on from step ${step}; what was learned up to there is kept.`,
    );
  }

  private async keep(state: TrainState): Promise<TrainEvent> {
    const event = await this.context.keep(state);
    this.kept = state.step;
    this.keptAt = performance.now();
    this.wait = this.context.checkpointEvery;
    return event;
  }
}
