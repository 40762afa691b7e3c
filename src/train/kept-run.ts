// What is kept of a training run, from where it can go on: its state, its curves, and its result once it is over.
// Plain data. Not for storing it: saved/.
import type { ParamStore } from '../core/params';
import { freshState, type TrainState } from './state';
import type { RunHistory, TrainResult } from './types';

export interface KeptRun {
  readonly state: TrainState;
  readonly history: RunHistory;
  /** Once the run has ended: it took all its steps or was stopped. */
  readonly result?: TrainResult;
}

/** Before the first step. */
export function freshRun(params: ParamStore): KeptRun {
  return { state: freshState(params), history: { losses: [], validations: [], schedule: [] } };
}
