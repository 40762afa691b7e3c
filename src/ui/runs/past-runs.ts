// What is kept of runs for the next visit, as text: their choices, figures and curves, few enough for the browser's smallest
// store. Not for weights: src/train/saved; nor for where the text lies: state/history.svelte.ts.
import * as v from 'valibot';
import { flag, object, real, text, whole } from '../../core/schema';
import { KeptRecipeSchema } from '../../recipe/recipe';
import type { Report } from '../../report/types';

const share = real(0, 1);
const numbers = v.pipe(v.array(v.number()), v.readonly());

const PastRunSchema = object({
  id: text,
  /** As it was typed, or its number. */
  name: v.union([text, whole(1)]),
  recipe: KeptRecipeSchema,
  /** Stays until it is let go of. */
  pinned: flag,
  /** When it was first kept, in milliseconds since 1970. */
  made: whole(0),
  /** Accuracies on the same test images; undefined where it has not come to the end of step 8. */
  figures: v.optional(object({ fp32: share, control: share, ptq: share, qat: share, images: whole(1) })),
  curve: v.optional(
    v.pipe(
      object({ steps: numbers, loss: numbers, validationSteps: numbers, validationAccuracy: numbers }),
      v.check((curve) => curve.steps.length === curve.loss.length, 'a loss for each step'),
      v.check((curve) => curve.validationSteps.length === curve.validationAccuracy.length, 'an accuracy for each step'),
    ),
  ),
});
export type PastRun = Readonly<v.InferOutput<typeof PastRunSchema>>;
export type RunFigures = Readonly<NonNullable<PastRun['figures']>>;

/** With the curves' hundred points each takes about 2 KB, of the 5 MB that a page has. */
export const MOST_RUNS = 40;
export const CURVE_POINTS = 100;

/** What stands in a run's row. */
export const figuresOf = ({ fp32, control, ptq, qat, images }: Report): RunFigures => ({
  ...{ fp32: fp32.accuracy, control: control.accuracy, ptq: ptq.accuracy, qat: qat.int8.accuracy, images },
});

/** In the order they were kept. */
export const pastRunsText = (runs: readonly PastRun[]): string => JSON.stringify({ version: 1, runs });

/**
 * Never throws: nobody can mend what stands there.
 * @returns runs that can be read, and whether there was something besides
 */
export function readPastRuns(text: string): { readonly runs: readonly PastRun[]; readonly damaged: boolean } {
  const listed = v.safeParse(v.object({ version: v.literal(1), runs: v.array(v.unknown()) }), parsed(text));
  if (!listed.success) return { runs: [], damaged: true };
  const read = listed.output.runs.map((run) => v.safeParse(PastRunSchema, run));
  const runs = read.flatMap(({ success, output }) => (success ? [output] : []));
  return { runs, damaged: runs.length < read.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As many as are kept: the oldest make room, but for those that are pinned. */
export function withinLimit(runs: readonly PastRun[]): readonly PastRun[] {
  let over = runs.length - MOST_RUNS;
  return runs.filter(({ pinned }) => pinned || over-- <= 0);
}
