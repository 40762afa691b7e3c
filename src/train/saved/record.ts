// What is stored of a training beside its states: enough to offer it again. Its form is that of the database's VERSION:
// whoever changes it raises that and carries old records over (database.ts); a recipe has a version of its own. Not for
// states.
import * as v from 'valibot';
import { PlaygroundError } from '../../core/errors';
import { finite, flag, inWords, object, parse, real, text, whole } from '../../core/schema';
import { BOUNDS, KeptRecipeSchema } from '../../recipe/recipe';

const step = whole(0, BOUNDS.steps.max);
const schedule = v.array(object({ step, rate: real(0, Number.MAX_VALUE) }), 'a list');
const losses = v.pipe(
  v.instance(Float32Array, 'float32 values'),
  v.check((values) => values.every(Number.isFinite), 'finite values'),
);

const RunSchema = v.pipe(
  object({
    /** Of the state stored with it; none is stored at step 0. */
    step,
    history: object({
      losses: v.array(finite, 'a list'),
      validations: v.array(
        object({ step, accuracy: real(0, 1), integers: v.optional(real(0, 1)), images: whole(1) }),
        'a list',
      ),
      schedule,
    }),
    /** Once the run has ended. */
    result: v.optional(
      object({
        ...{
          steps: step,
          finished: flag,
          diverged: flag,
          losses,
          schedule,
          imagesPerSecond: real(0, Number.MAX_VALUE),
        },
        ...{ tensorsAtStart: whole(0), tensorsAtEnd: whole(0) },
      }),
    ),
  }),
  v.check(
    ({ step, history, result }) =>
      history.losses.length === step &&
      [...history.validations, ...history.schedule].every((point) => point.step <= step) &&
      (!result || (result.steps === step && result.losses.length === step)),
    'a run whose curves are as long as it is',
  ),
);

const TrainingSchema = v.pipe(
  object({
    id: text,
    /** The visitor's choices, with the learning rate as it was last. */
    options: KeptRecipeSchema,
    /** When it was saved last, in milliseconds since 1970. */
    savedAt: whole(0),
    runs: object({ qat: RunSchema, control: v.optional(RunSchema) }),
  }),
  v.check(({ runs }) => !runs.control || runs.qat.result !== undefined, 'a training whose control follows its QAT run'),
);

export type RunRecord = Readonly<v.InferOutput<typeof RunSchema>>;
/** A QAT run and, once that has ended, its control. */
export type TrainingRecord = Readonly<v.InferOutput<typeof TrainingSchema>>;

/** The error for a stored training that cannot be used. */
export const unusable = (why: string): PlaygroundError =>
  new PlaygroundError(
    'storage',
    `A training saved in this browser cannot be used: ${why}.`,
    'It was removed; nothing else is lost. Train again from the start.',
  );

/** The error for a stored training that is not there any more. */
export const gone = (): PlaygroundError =>
  new PlaygroundError(
    'storage',
    'That training is gone: another tab has discarded it, or it made room for others.',
    'Train anew.',
  );

/** @param id under which it was stored @throws PlaygroundError 'storage' when the value is no record of that id */
export function asTraining(id: string, value: unknown): TrainingRecord {
  const record = parse(TrainingSchema, value, (fault) => unusable(`it is damaged (${inWords(fault)})`));
  if (record.id !== id) throw unusable('it is damaged (its id is that of another)');
  return record;
}

/** Nothing is left to train. */
export const hasEnded = ({ runs }: TrainingRecord): boolean => runs.qat.result !== undefined && !!runs.control?.result;

/** A training as the page offers it. */
export interface SavedTraining {
  readonly id: string;
  readonly options: TrainingRecord['options'];
  readonly savedAt: number;
  readonly qat: SavedRun;
  /** Missing when the control had not begun. */
  readonly control: SavedRun | undefined;
  /** Open in another tab; 'unknown' where the browser has no Web Locks to tell. */
  readonly elsewhere: boolean | 'unknown';
}
interface SavedRun {
  readonly step: number;
  /** It took all its steps or was stopped. */
  readonly ended: boolean;
}

export function offer(
  { id, options, savedAt, runs }: TrainingRecord,
  elsewhere: SavedTraining['elsewhere'],
): SavedTraining {
  const progress = ({ step, result }: RunRecord): SavedRun => ({ step, ended: result !== undefined });
  return {
    ...{ id, options, savedAt, elsewhere },
    ...{ qat: progress(runs.qat), control: runs.control && progress(runs.control) },
  };
}
