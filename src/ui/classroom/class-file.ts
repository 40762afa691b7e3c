// A file that was handed in, a lab report (HTML or its JSON) or the report of one run, read without trusting it: what is in it,
// or why it is not used. Not for finding JSON in HTML: the caller brings that; nor for what a class has: summary.ts.
import * as v from 'valibot';
import { PlaygroundError } from '../../core/errors';
import { flag, inWords, list, openObject, parse, real, text, whole } from '../../core/schema';
import { KeptRecipeSchema, type Recipe } from '../../recipe/recipe';
import { words } from '../words/words.svelte';

/** What one file says. */
export interface ClassFile {
  /** With its folder, where one was chosen. */
  readonly name: string;
  /** Empty where the file names nobody. */
  readonly author: string;
  readonly runs: readonly ClassRun[];
  readonly exercises: readonly ClassExercise[];
}

export interface ClassRun {
  readonly name: string;
  /** As the figures have it, where there are any. */
  readonly recipe: Recipe;
  /** undefined where it has not come to the end of step 8. */
  readonly figures?: ClassFigures;
}

/** Shares of the same test images, and the integer file's bytes. */
interface ClassFigures {
  readonly fp32: number;
  readonly ptq: number;
  readonly qat: number;
  readonly images: number;
  readonly bytes: number;
}

export interface ClassExercise {
  readonly id: string;
  readonly name: string;
  readonly met: boolean;
}

const share = openObject({ accuracy: real(0, 1) });
const ReportSchema = openObject({
  fp32: share,
  ptq: share,
  qat: openObject({ int8: share }),
  size: openObject({ int8_bytes: whole(1) }),
  images: whole(1),
  options: KeptRecipeSchema,
});
const LabReportSchema = openObject({
  author: text,
  runs: list(openObject({ name: text, recipe: KeptRecipeSchema, report: v.optional(ReportSchema) })),
  exercises: v.array(openObject({ id: text, name: text, met: flag }), 'a list'),
});
type Report = v.InferOutput<typeof ReportSchema>;

/** Larger than a report of many long runs, far below what a browser cannot hold a class of. */
export const MOST_BYTES = 16 * 2 ** 20;
/** Text of a file that is shown. */
const LONGEST = 200;

/**
 * @param jsonIn the text of the report in a page's HTML; undefined where it holds none
 * @throws PlaygroundError 'bad-file' on whatever is neither report
 */
export function readClassFile(name: string, text: string, jsonIn: (html: string) => string | undefined): ClassFile {
  const start = text.trimStart()[0];
  if (start === '{') return fileOf(name, parsed(text));
  const json = start === '<' ? jsonIn(text) : undefined;
  if (json === undefined) throw refused(words().classroom.noReport, words().classroom.whatToTake);
  return fileOf(name, parsed(json));
}

/** @throws PlaygroundError 'bad-file' */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw refused(words().classroom.noJson, words().classroom.whatToTake, cause);
  }
}

function fileOf(name: string, value: unknown): ClassFile {
  if (typeof value === 'object' && value !== null && 'options' in value) {
    const report = checked(ReportSchema, value);
    return { name, author: '', runs: [{ name: '', ...runOf(report) }], exercises: [] };
  }
  const { author, runs, exercises } = checked(LabReportSchema, value);
  return {
    ...{ name, author: shortened(author) },
    runs: runs.map(({ name, recipe, report }) => ({
      name: shortened(name),
      ...(report ? runOf(report) : { recipe }),
    })),
    exercises: exercises.map(({ id, name, met }) => ({ id, name: shortened(name), met })),
  };
}

const runOf = ({ fp32, ptq, qat, size, images, options }: Report): Pick<ClassRun, 'recipe' | 'figures'> => ({
  recipe: options,
  figures: {
    ...{ fp32: fp32.accuracy, ptq: ptq.accuracy, qat: qat.int8.accuracy },
    ...{ images, bytes: size.int8_bytes },
  },
});

const checked = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> =>
  parse(schema, value, (fault) => refused(words().classroom.notReport(inWords(fault)), words().classroom.whatToTake));

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const refused = (message: string, hint: string, cause?: unknown): PlaygroundError =>
  new PlaygroundError('bad-file', message, hint, { cause });
