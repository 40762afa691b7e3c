// What of a training is worth saying aloud: its beginning, each quarter, validations, its end; seldom enough to be listened to.
// Not for words: words/en/training.ts.
import type { RunKind, TrainEvent } from '../../worker/api';

export type Milestone = { readonly run: RunKind; readonly step: number; readonly steps: number } & (
  | { readonly kind: 'begun' }
  | { readonly kind: 'quarter' | 'ended'; readonly loss: number; readonly accuracy: number | undefined }
  | { readonly kind: 'validated'; readonly accuracy: number }
);

/** Milliseconds from one to the next, at least. */
const APART = 5000;

/** Of both runs of a training. */
export class Milestones {
  private steps = 0;
  private loss = NaN;
  private accuracy: number | undefined;
  private toldAt = -Infinity;
  /** The newest that came too soon. */
  private waiting: Milestone | undefined;

  /** @param now in milliseconds @returns what is to be said now: this event's, or one that had to wait */
  take(run: RunKind, event: TrainEvent, now: number): Milestone | undefined {
    this.waiting = this.of(run, event) ?? this.waiting;
    if (now - this.toldAt < APART) return undefined;
    const told = this.waiting;
    this.waiting = undefined;
    if (told) this.toldAt = now;
    return told;
  }

  private of(run: RunKind, event: TrainEvent): Milestone | undefined {
    const { step } = event;
    if (event.type === 'restored') {
      this.steps = event.steps;
      this.accuracy = event.history.validations.at(-1)?.accuracy;
      return { kind: 'begun', run, step, steps: event.steps };
    }
    const { steps } = this;
    if (event.type === 'validation') {
      const { accuracy } = event;
      this.accuracy = accuracy;
      return step === steps
        ? { kind: 'ended', run, step, steps, loss: this.loss, accuracy }
        : { kind: 'validated', run, step, steps, accuracy };
    }
    if (event.type !== 'step') return undefined;
    const { loss } = event;
    this.loss = loss;
    const { accuracy } = this;
    if (step === steps) return { kind: 'ended', run, step, steps, loss, accuracy };
    const quarters = (at: number): number => Math.floor((4 * at) / steps);
    return quarters(step) > quarters(step - 1) ? { kind: 'quarter', run, step, steps, loss, accuracy } : undefined;
  }
}
