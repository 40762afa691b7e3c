// From where a training run can go on: its state, its curves, and its result once it is over. Plain data.
// Not for storing it: checkpoint-store.ts.
import { PlaygroundError } from '../core/errors';
import type { ParamStore } from '../core/params';
import type { RunOptions } from '../report/types';
import { freshState, type TrainState } from './state';
import type { RunHistory, RunKind, TrainResult } from './types';

export interface Checkpoint {
  readonly state: TrainState;
  readonly history: RunHistory;
  /** Once the run has ended: it took all its steps or was stopped. */
  readonly result?: TrainResult;
}

/** What is stored of a run beside its state: enough to offer it again. */
export interface RunRecord {
  /** Of this record's form. */
  readonly version: typeof RECORD_VERSION;
  /** One for a QAT run and its control. */
  readonly id: string;
  readonly kind: RunKind;
  /** The visitor's choices, with the learning rate as it was last. */
  readonly options: RunOptions;
  readonly step: number;
  readonly history: RunHistory;
  readonly result?: TrainResult;
}

export const RECORD_VERSION = 2;

/** Before the first step. */
export function freshCheckpoint(params: ParamStore): Checkpoint {
  return { state: freshState(params), history: { losses: [], validations: [], schedule: [] } };
}

const TRAIN_AGAIN = 'It was removed; nothing else is lost. Train again from the start.';

/** The error for a stored run that cannot be used. */
export const unusable = (why: string): PlaygroundError =>
  new PlaygroundError('storage', `The training saved in this browser cannot be used: ${why}.`, TRAIN_AGAIN);

/** @throws PlaygroundError 'storage' when a stored value is no RunRecord of this version */
export function asRecord(value: unknown): RunRecord {
  const record = (typeof value === 'object' && value !== null ? value : {}) as Partial<RunRecord>;
  if (record.version !== RECORD_VERSION) throw unusable('another version of this page wrote it');
  const { id, kind, options, step, history } = record;
  const whole = Number.isInteger(step) && step! >= 0 && history?.losses?.length === step;
  const known = typeof id === 'string' && (kind === 'qat' || kind === 'control');
  const curves = Array.isArray(history?.validations) && Array.isArray(history?.schedule);
  if (!whole || !known || !curves || typeof options !== 'object') throw unusable('it is damaged');
  return record as RunRecord;
}

/**
 * The checkpoint of a record and the state stored with it.
 * @param params of the pretrained network, whose names and sizes the state must have
 * @throws PlaygroundError 'storage' when the state is of another step or network, or damaged
 */
export function asCheckpoint(record: RunRecord, state: unknown, params: ParamStore): Checkpoint {
  const stored = (typeof state === 'object' && state !== null ? state : {}) as Partial<TrainState>;
  const maps = [stored.params, stored.momentum, stored.ranges, stored.histograms];
  if (stored.step !== record.step || !maps.every((map) => map instanceof Map)) throw unusable('it is damaged');
  for (const [name, { data }] of params) {
    const saved = stored.params!.get(name)?.data;
    if (!(saved instanceof Float32Array) || saved.length !== data.length) throw unusable(`${name} is damaged`);
    if (!saved.every(Number.isFinite)) throw unusable(`${name} holds values that are no numbers`);
  }
  const { history, result } = record;
  return { state: stored as TrainState, history, result };
}
