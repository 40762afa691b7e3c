// What a run's steps gave, as the shelf keeps it, and back. Not for keeping: shelf.ts.
import { qconfigById } from '../quant/qconfigs';
import type { Recipe } from '../recipe/recipe';
import type { KeptRun, ToKeep } from '../worker/api';
import type { ProjectRun } from './run';
import type { StepId } from './steps';
import type { RunEvent, StepResults } from './types';

const RUN_KINDS = ['qat', 'control'] as const;

/** Of a converted run, all that its choices as they are have given; undefined where it is not converted. */
export function toKeep(run: ProjectRun): ToKeep | undefined {
  const done = <S extends StepId>(step: S) => (run.state(step) === 'done' ? run.results[step] : undefined);
  const { int8Model: model, learnedPtq: ptq, qatResult: qat, validations } = run;
  const convert = done('convert');
  if (!convert || !model || !qat) return undefined;
  const train = { validations: structuredClone(validations), ...(done('train') ?? { qat, control: undefined }) };
  const { report, ...compare } = done('compare') ?? {};
  const results = { prepare: done('prepare'), train, convert, compare: report && compare };
  // Typed arrays and lists are the same to the schema.
  return { results: results as ToKeep['results'], report, model, ptq };
}

export const configured = (recipe: Recipe): StepResults['configure'] => {
  const { label, activation, weight } = qconfigById(recipe.qconfig, recipe);
  return { qconfig: label, activation, weight };
};

/** The steps that an earlier visit has done, of a run that is converted. @param file of its integers @param fileName without its ending */
export function restoredResults(
  recipe: Recipe,
  { results: { prepare, train, convert, compare }, report }: KeptRun,
  file: Blob,
  fileName: string,
): Partial<StepResults> {
  const { qat, control } = train ?? {};
  return {
    ...{ configure: configured(recipe), convert },
    ...(prepare && { prepare }),
    ...(qat && control && { train: { qat, control } }),
    ...(compare && report && { compare: { ...compare, report } }),
    save: { filename: `${fileName}.int8`, bytes: file.size, blob: file },
  };
}

/** What the curves of its training are drawn of, as if it went on. */
export function restoredCurves({ results: { train }, qatResult, validations, recipe }: ProjectRun): RunEvent[] {
  return RUN_KINDS.flatMap((run) => {
    const result = train?.[run] ?? (run === 'qat' ? qatResult : undefined);
    if (!result) return [];
    const { losses, schedule, steps: step } = result;
    const history = { losses: [...losses], validations: validations[run], schedule: [...schedule] };
    return [{ type: 'train', run, event: { type: 'restored', step, steps: recipe.steps, history } }];
  });
}
