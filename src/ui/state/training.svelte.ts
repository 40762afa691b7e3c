// What the training step reports while it runs: one curve for each run, and how it is steered.
// Not for training: the train worker does that.
import type { RunHistory, RunKind, TrainEvent } from '../../worker/api';
import { Thinned } from './thinned';

/** A step that was asked for closely. */
type Looked = Extract<TrainEvent, { type: 'looked' }>;
type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Weight of the past in the smoothed loss. */
const SMOOTHING = 0.9;

const NO_SCALES = { weights: {}, activations: {} } as const;

/** Losses and validation accuracies of one run. The lists change in place: `version` tells of it. */
export class Curve {
  /** Columns: the loss, and its exponential moving average, corrected for its start at 0. */
  readonly losses = new Thinned(2);
  /** Columns: shares of weight codes that flipped, and that oscillate; of the steps that were taken here. */
  readonly codes = new Thinned(2);
  /** Of each layer's weights and of each output, by the id of its node; of the steps that were taken here. */
  scales: Readonly<Record<'weights' | 'activations', Readonly<Record<string, Thinned>>>> = NO_SCALES;
  readonly validationSteps: number[] = [];
  readonly validationAccuracy: number[] = [];
  /** Of the integers on the same images; null where there were none. */
  readonly validationIntegers: (number | null)[] = [];
  /** Images that each was judged on. */
  readonly validationImages: number[] = [];
  version = $state(0);
  /** As `version`, of the validations alone. */
  validated = $state(0);
  /** That the newest integers took, of those that were judged here. */
  integerSeconds = $state.raw<number>();
  /** Steps done, of how many; from a restored run on. */
  progress = $state.raw<{ readonly step: number; readonly steps: number }>();
  /** How far roundings are learned that it will begin at, in steps of learning. */
  roundings = $state.raw<{ readonly done: number; readonly total: number }>();
  /** The newest step that was taken here. */
  latest = $state.raw<StepEvent>();
  private average = 0;
  private taken = 0;

  /** The newest moving average of the loss. */
  get smoothedLoss(): number {
    return this.average / (1 - SMOOTHING ** this.taken);
  }

  take(event: TrainEvent): void {
    if (event.type === 'step') {
      this.addLoss(event.loss);
      const { flipping, oscillating, layers = [], activations = [] } = event;
      if (flipping !== undefined && oscillating !== undefined) this.codes.add(event.step, [flipping, oscillating]);
      for (const { id, scale } of layers) this.scalesOf('weights', id).add(event.step, [scale]);
      for (const { id, scale } of activations) this.scalesOf('activations', id).add(event.step, [scale]);
      this.progress = event;
      this.latest = event;
      this.roundings = undefined;
    } else if (event.type === 'roundings') {
      this.roundings = event;
    } else if (event.type === 'validation') {
      this.addValidation(event);
      this.integerSeconds = event.integerSeconds;
    } else if (event.type === 'restored') {
      this.losses.clear();
      this.codes.clear();
      this.scales = NO_SCALES;
      this.validationSteps.length = this.validationAccuracy.length = 0;
      this.validationIntegers.length = this.validationImages.length = 0;
      this.integerSeconds = undefined;
      this.average = this.taken = 0;
      event.history.losses.forEach((loss) => this.addLoss(loss));
      event.history.validations.forEach((validation) => this.addValidation(validation));
      this.validated++;
      this.progress = event;
      this.latest = undefined;
    }
    this.version++;
  }

  private scalesOf(of: keyof typeof NO_SCALES, id: string): Thinned {
    const known = this.scales[of];
    if (!known[id]) this.scales = { ...this.scales, [of]: { ...known, [id]: new Thinned(1) } };
    return this.scales[of][id]!;
  }

  private addLoss(loss: number): void {
    this.average = SMOOTHING * this.average + (1 - SMOOTHING) * loss;
    this.taken++;
    this.losses.add(this.taken, [loss, this.smoothedLoss]);
  }

  private addValidation({ step, accuracy, integers, images }: RunHistory['validations'][number]): void {
    this.validationSteps.push(step);
    this.validationAccuracy.push(accuracy);
    this.validationIntegers.push(integers ?? null);
    this.validationImages.push(images);
    this.validated++;
  }
}

export class Training {
  curves = $state.raw<Readonly<Record<RunKind, Curve>>>({ qat: new Curve(), control: new Curve() });
  /** The run whose events came last. */
  active = $state<RunKind>();
  paused = $state(false);
  /** The newest step that the browser has stored. */
  saved = $state.raw<{ readonly run: RunKind; readonly step: number }>();
  /** Why newer steps are not stored. */
  notSaved = $state.raw<{ readonly message: string; readonly hint: string }>();
  /** Why the QAT run's validations have no integers. */
  noIntegers = $state.raw<{ readonly message: string; readonly hint: string }>();
  /** Steps after which parts of the QAT run were frozen. */
  frozen = $state.raw<{ readonly bn?: number; readonly observers?: number }>({});
  /** The QAT step that was looked at last. */
  looked = $state.raw<Looked>();
  /** Batch norm's statistics were taken anew at the end of the QAT run. */
  reestimated = $state(false);

  /** Forgets an earlier attempt. @param keepQat that has ended: its control alone is trained */
  start(keepQat = false): void {
    this.curves = { qat: keepQat ? this.curves.qat : new Curve(), control: new Curve() };
    this.active = undefined;
    this.paused = false;
    if (!keepQat) [this.frozen, this.reestimated, this.looked, this.noIntegers] = [{}, false, undefined, undefined];
    this.saved = this.notSaved = undefined;
  }

  take(run: RunKind, event: TrainEvent): void {
    this.active = run;
    if (event.type === 'saved') [this.saved, this.notSaved] = [{ run, step: event.step }, undefined];
    if (event.type === 'not-saved') this.notSaved = event;
    if (event.type === 'no-integers') this.noIntegers = event;
    if (event.type === 'looked') this.looked = event;
    if (event.type === 'paused' || event.type === 'resumed') this.paused = event.type === 'paused';
    if (run === 'qat' && event.type === 'bn-frozen') this.frozen = { ...this.frozen, bn: event.step };
    if (run === 'qat' && event.type === 'observers-frozen') this.frozen = { ...this.frozen, observers: event.step };
    if (run === 'qat' && event.type === 'bn-reestimated') this.reestimated = true;
    this.curves[run].take(event);
  }

  end(): void {
    this.active = undefined;
    this.paused = false;
  }
}
