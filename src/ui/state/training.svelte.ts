// What the training step reports while it runs: one curve for each run, and the state of its controls.
// Not for training: the train worker does that.
import type { TrainEvent } from '../../worker/api';

export type RunName = 'qat' | 'control';
type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Weight of the past in the smoothed loss. */
const SMOOTHING = 0.9;

/** Loss of each step and the validation accuracies of one run. The lists grow in place: `version` tells of it. */
export class Curve {
  readonly steps: number[] = [];
  readonly loss: number[] = [];
  /** Exponential moving average, corrected for its start at 0. */
  readonly smoothedLoss: number[] = [];
  readonly validationSteps: number[] = [];
  readonly validationAccuracy: number[] = [];
  version = $state(0);
  /** The newest step. */
  latest = $state.raw<StepEvent>();
  validatedOn = $state(0);
  private average = 0;

  take(event: TrainEvent): void {
    if (event.type === 'step') {
      this.average = SMOOTHING * this.average + (1 - SMOOTHING) * event.loss;
      this.steps.push(event.step);
      this.loss.push(event.loss);
      this.smoothedLoss.push(this.average / (1 - SMOOTHING ** this.steps.length));
      this.latest = event;
    } else if (event.type === 'validation') {
      this.validationSteps.push(event.step);
      this.validationAccuracy.push(event.accuracy);
      this.validatedOn = event.images;
    }
    this.version++;
  }
}

export class Training {
  curves = $state.raw<Readonly<Record<RunName, Curve>>>({ qat: new Curve(), control: new Curve() });
  /** The run whose events came last. */
  active = $state<RunName>();
  paused = $state(false);
  /** Steps after which parts of the QAT run were frozen. */
  frozen = $state.raw<{ readonly bn?: number; readonly observers?: number }>({});

  /** Forgets an earlier attempt. */
  start(): void {
    this.curves = { qat: new Curve(), control: new Curve() };
    this.active = undefined;
    this.paused = false;
    this.frozen = {};
  }

  take(run: RunName, event: TrainEvent): void {
    this.active = run;
    if (event.type === 'paused' || event.type === 'resumed') this.paused = event.type === 'paused';
    if (run === 'qat' && event.type === 'bn-frozen') this.frozen = { ...this.frozen, bn: event.step };
    if (run === 'qat' && event.type === 'observers-frozen') this.frozen = { ...this.frozen, observers: event.step };
    this.curves[run].take(event);
  }

  end(): void {
    this.active = undefined;
    this.paused = false;
  }
}
