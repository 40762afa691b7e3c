// What the shelf has of a run that a list of runs shows: choices, name, figures, a thin curve. Its form is that of the
// database's version (database.ts) and of the zip (archive.ts). Not for what its steps gave: results.ts.
import * as v from 'valibot';
import { flag, object, real, text, whole } from '../core/schema';
import { KeptRecipeSchema } from '../recipe/recipe';
import type { Report } from '../report/types';

const share = real(0, 1);
const numbers = v.pipe(v.array(v.number('a number'), 'a list'), v.readonly());

export const RUN_ENTRIES = {
  id: v.pipe(text, v.minLength(1, 'an id'), v.maxLength(100, 'an id')),
  /** As it was typed, or its number. */
  name: v.union([v.pipe(text, v.maxLength(200, 'a name')), whole(1)], 'a name or a number'),
  /** Stays until it is let go of. */
  pinned: flag,
  /** When it was first kept, in milliseconds since 1970. */
  made: whole(0),
  /** Whose network and images it is of, see markOf; missing for the page's own. */
  files: v.optional(v.pipe(text, v.maxLength(100, 'a mark of files'))),
  /** The id that its training is saved under, while it is. */
  training: v.optional(text),
  /** Accuracies on the same test images; undefined where it has not come to the end of step 8. */
  figures: v.optional(object({ fp32: share, control: share, ptq: share, qat: share, images: whole(1) })),
  curve: v.optional(
    v.pipe(
      object({ steps: numbers, loss: numbers, validationSteps: numbers, validationAccuracy: numbers }),
      v.check((curve) => curve.steps.length === curve.loss.length, 'a loss for each step'),
      v.check((curve) => curve.validationSteps.length === curve.validationAccuracy.length, 'an accuracy for each step'),
    ),
  ),
};

export const RunRecordSchema = object({ ...RUN_ENTRIES, recipe: KeptRecipeSchema });
/** Without what else stands beside its fields. */
export const recordIn = ({
  id,
  name,
  pinned,
  made,
  files,
  training,
  figures,
  curve,
  recipe,
}: RunRecord): RunRecord => ({
  ...{ id, name, pinned, made, recipe },
  ...(files !== undefined && { files }),
  ...(training !== undefined && { training }),
  ...(figures && { figures }),
  ...(curve && { curve }),
});

export type RunRecord = Readonly<v.InferOutput<typeof RunRecordSchema>>;
export type RunFigures = Readonly<NonNullable<RunRecord['figures']>>;

/** What stands in a run's row. */
export const figuresOf = ({ fp32, control, ptq, qat, images }: Report): RunFigures => ({
  ...{ fp32: fp32.accuracy, control: control.accuracy, ptq: ptq.accuracy, qat: qat.int8.accuracy, images },
});
