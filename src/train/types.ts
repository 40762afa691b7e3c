// What a training run is told and what it tells: plain data that crosses the worker boundary.
// Not for tensors.
import type { Augmentation } from '../data/augment';
import type { ScheduleKind } from './annealing';
import type { OutputScale } from './activation-scales';
import type { CloseLook } from './close-look';
import type { LayerCodes } from './code-watch';
import type { OptimizerId } from './optimizers/table';
import type { RateChange, Schedule } from './schedule';

/** The training under study, or the FP32 fine-tune of the same budget. */
export const RUN_KINDS = ['qat', 'control'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** What validation images show of a state. */
export interface Judgement {
  /** Of the network as it trains, simulated where its qconfig simulates; 0..1. */
  readonly accuracy: number;
  /** Of the integer network that it stands for, on the same images; absent for a control, and where there is none. */
  readonly integers?: number;
  /** That converting and judging them took; training waits for it. */
  readonly integerSeconds?: number;
}
/** What is kept of a judgement. */
interface Validation extends Pick<Judgement, 'accuracy' | 'integers'> {
  readonly step: number;
  readonly images: number;
}

/** The curves of a run so far. */
export interface RunHistory {
  /** Of every step, in order. */
  readonly losses: number[];
  readonly validations: Validation[];
  /** The rates chosen for these steps. */
  readonly schedule: RateChange[];
}

export interface TrainOptions {
  readonly kind: RunKind;
  readonly steps: number;
  readonly batch: number;
  /** At first; not for a run that replays another's. */
  readonly learningRate: number;
  /** Which share of it each of the `steps` takes. */
  readonly schedule: ScheduleKind;
  /** torch.optim's: src/train/optimizers. */
  readonly optimizer: OptimizerId;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Share of the target that is the float network's own answer, 0..1: see loss.ts. */
  readonly distillation: number;
  /** What running averages of the parameters keep of themselves at each step, 0..1; 0: there are none. */
  readonly averaging: number;
  /** What is done about weights whose codes change back and forth: oscillation-schedule.ts. */
  readonly oscillations: 'leave' | 'damp' | 'freeze';
  /** Training images of which batch norm's statistics are taken anew after the last step; 0: they are the running ones. */
  readonly reestimateBatchNorm: number;
  readonly seed: number;
  /** Of training images. */
  readonly augmentation: Augmentation;
  /** Validate on this many validation images every `validateEvery` steps; 0 never. */
  readonly validateEvery: number;
  readonly validationImages: number;
  /** From this share of the steps on (0..1), batch norm uses and keeps its running statistics; 1 never. */
  readonly freezeBnAt: number;
  /** From this share of the steps on (0..1), observers keep their ranges; 1 never. */
  readonly freezeObserversAt: number;
  /** The run that this one is the control of: it takes as many steps, each at the same chosen rate. */
  readonly replay?: Pick<TrainResult, 'steps' | 'schedule'>;
}
export type TrainEvent =
  | {
      readonly type: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      /** Of this batch, 0..1. */
      readonly accuracy: number;
      /** Of the codes of weights, 0..1: see CodeFlips. */
      readonly flipping?: number;
      readonly oscillating?: number;
      readonly layers?: readonly LayerCodes[];
      /** Of activations, as this step left them. */
      readonly activations?: readonly OutputScale[];
      readonly learningRate: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  /** The step before, which was asked for closely: see Steering.step. */
  | {
      readonly type: 'looked';
      readonly step: number;
      readonly loss: number;
      readonly rate: number;
      readonly look: CloseLook;
    }
  | ({ readonly type: 'validation' } & Validation & Pick<Judgement, 'integerSeconds'>)
  /** Why validations have no integers; told once. */
  | { readonly type: 'no-integers'; readonly step: number; readonly message: string; readonly hint: string }
  | { readonly type: 'paused' | 'resumed' | 'bn-frozen' | 'observers-frozen' | 'bn-reestimated'; readonly step: number }
  /** Before the first step: roundings are learned that it begins at; in steps of learning. */
  | { readonly type: 'roundings'; readonly step: 0; readonly done: number; readonly total: number }
  /** A kept run goes on: this is all that counts of what came before. */
  | { readonly type: 'restored'; readonly step: number; readonly steps: number; readonly history: RunHistory }
  /** The browser has stored the run up to this step, or could not. */
  | { readonly type: 'saved'; readonly step: number }
  | { readonly type: 'not-saved'; readonly step: number; readonly message: string; readonly hint: string };
export interface TrainResult {
  readonly steps: number;
  /** false when it ended early, stopped by the visitor or diverged; what was learned up to there stays. */
  readonly finished: boolean;
  /** A control that diverged at the rates it replays; it ends with its last good state. */
  readonly diverged: boolean;
  readonly losses: Float32Array;
  /** The rates chosen for these steps. */
  readonly schedule: Schedule;
  readonly imagesPerSecond: number;
  readonly tensorsAtStart: number;
  readonly tensorsAtEnd: number;
}
