// State of one step of a run as its card and the list of steps show it. Not for running it: see playground.svelte.ts.
import type { RunEvent, StepId, StepPart, StepState } from '../../project/types';
import type { Progress } from '../../worker/api';

/** 'stale': done, but with choices that have changed since. */
export type StepStatus = 'idle' | 'running' | 'done' | 'failed' | 'stale';

export type StepFailure = Pick<
  Extract<RunEvent, { type: 'step-failed' }>,
  'code' | 'message' | 'hint' | 'details' | 'remedy'
>;

export class Step {
  /** What is going on inside the step. */
  part = $state<StepPart>();
  progress = $state.raw<Progress>();
  failure = $state.raw<StepFailure>();
  /** Wall time of the finished step; 0 where another run did it for this one. */
  seconds = $state(0);
  private running = $state(false);
  private startedAt = 0;

  /** @param state of its results */
  constructor(
    readonly id: StepId,
    private readonly state: () => StepState,
  ) {}

  get status(): StepStatus {
    if (this.running) return 'running';
    const state = this.state();
    if (state === 'done') return 'done';
    if (this.failure) return 'failed';
    return state === 'stale' ? 'stale' : 'idle';
  }

  start(): void {
    this.running = true;
    this.part = undefined;
    this.progress = undefined;
    this.failure = undefined;
    this.startedAt = performance.now();
  }

  advance(part: StepPart, progress: Progress): void {
    this.part = part;
    this.progress = progress;
  }

  finish(): void {
    this.running = false;
    this.seconds = (performance.now() - this.startedAt) / 1000;
  }

  fail(failure: StepFailure): void {
    this.running = false;
    this.failure = failure;
  }
}
