// State of one step as its card and the list of steps show it. Not for running it: see playground.svelte.ts.
import type { SessionEvent, StepId } from '../../session/types';
import type { Progress } from '../../worker/api';

export type StepStatus = 'idle' | 'running' | 'done' | 'failed';

export type StepFailure = Pick<
  Extract<SessionEvent, { type: 'step-failed' }>,
  'message' | 'hint' | 'details' | 'remedy'
>;

export class Step {
  status = $state<StepStatus>('idle');
  /** What is going on inside the step, e.g. 'QAT INT8'. */
  label = $state('');
  progress = $state.raw<Progress>();
  failure = $state.raw<StepFailure>();
  /** Wall time of the finished step. */
  seconds = $state(0);
  private startedAt = 0;

  constructor(readonly id: StepId) {}

  start(): void {
    this.status = 'running';
    this.label = '';
    this.progress = undefined;
    this.failure = undefined;
    this.startedAt = performance.now();
  }

  advance(label: string, progress: Progress): void {
    this.label = label;
    this.progress = progress;
  }

  finish(): void {
    this.status = 'done';
    this.seconds = (performance.now() - this.startedAt) / 1000;
  }

  fail(failure: StepFailure): void {
    this.status = 'failed';
    this.failure = failure;
  }
}
