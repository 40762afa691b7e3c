// What the shelf has of a run beside its record: results and report as text, the integer file as bytes; written, and read back
// without trusting any of it. Not for where it lies: store.ts, archive.ts.
import * as v from 'valibot';
import { inWords, parse } from '../core/schema';
import type { Int8Model } from '../int8/int8-model';
import { parseInt8Model } from '../int8/serialize';
import { ReportSchema } from '../report/schema';
import type { Report } from '../report/types';
import { figuresOf, type RunRecord } from './record';
import { ResultsSchema, resultsText, type KeptResults } from './results';

export interface Contents {
  readonly results: string;
  readonly report?: string;
  /** The integer file. */
  readonly model?: Uint8Array<ArrayBuffer>;
  /** PTQ's, where its roundings were learned. */
  readonly ptq?: Uint8Array<ArrayBuffer>;
}

/** The same, read. */
export interface Opened {
  readonly results: KeptResults;
  readonly report?: Report;
  readonly model?: Int8Model;
  readonly ptq?: Int8Model;
}

/** What the parts are called in messages and in an archive. */
export const PARTS = {
  results: 'results.json',
  report: 'report.json',
  model: 'model.int8',
  ptq: 'ptq.int8',
} as const;
type Part = keyof typeof PARTS;

export const contentsOf = (
  results: KeptResults,
  report?: Report,
  { model, ptq }: Pick<Contents, 'model' | 'ptq'> = {},
): Contents => ({
  results: resultsText(results),
  ...(report && { report: JSON.stringify(report) }),
  ...(model && { model }),
  ...(ptq && { ptq }),
});

/** That they take; a text is counted by its characters, which are ASCII but for names. */
export const bytesOf = ({ results, report = '', model, ptq }: Contents): number =>
  results.length + report.length + (model?.length ?? 0) + (ptq?.length ?? 0);

export const sameContents = (a: Contents, b: Contents): boolean =>
  a.results === b.results && a.report === b.report && sameBytes(a.model, b.model) && sameBytes(a.ptq, b.ptq);

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (!a || !b || a.length !== b.length) return a === b;
  return a.every((byte, i) => byte === b[i]);
}

const StoredSchema = v.object({
  results: v.string(),
  report: v.optional(v.string()),
  model: v.optional(v.instance(Uint8Array)),
  ptq: v.optional(v.instance(Uint8Array)),
});

/** Of what stands in a database. @throws what `refuse` makes of it */
export function asContents(value: unknown, refuse: (why: string) => Error): Contents {
  const { results, report, model, ptq } = parse(StoredSchema, value, (fault) => refuse(inWords(fault)));
  return {
    results,
    ...(report !== undefined && { report }),
    ...(model && { model: model as Uint8Array<ArrayBuffer> }),
    ...(ptq && { ptq: ptq as Uint8Array<ArrayBuffer> }),
  };
}

/** Reads all of it, and whether it belongs together. @throws what `refuse` makes of the first part that is wrong */
export function opened(
  record: RunRecord,
  { results: text, report: reportText, model: file, ptq: ptqFile }: Contents,
  refuse: (part: string, why: string, cause?: unknown) => Error,
): Opened {
  const wrong = (part: Part) => (why: string, cause?: unknown) => refuse(PARTS[part], why, cause);
  const results = ofJson(ResultsSchema, text, wrong('results'));
  const report = reportText === undefined ? undefined : ofJson(ReportSchema, reportText, wrong('report'));
  const model = file && modelOf(file, wrong('model'));
  const ptq = ptqFile && modelOf(ptqFile, wrong('ptq'));
  const { convert, compare } = results;
  if (!convert !== !model) throw wrong('model')(model ? 'nothing was converted' : 'it is missing');
  if (ptq && !convert) throw wrong('ptq')('nothing was converted');
  if (!compare !== !report) throw wrong('report')(report ? 'nothing was compared' : 'it is missing');
  if (report && JSON.stringify(report.options) !== JSON.stringify(record.recipe))
    throw wrong('report')('it is of other choices');
  if (report && JSON.stringify(figuresOf(report)) !== JSON.stringify(record.figures))
    throw wrong('report')('it has other figures');
  return { results, ...(report && { report }), ...(model && { model }), ...(ptq && { ptq }) };
}

/** @throws what `refuse` makes of it */
export function ofJson<S extends v.GenericSchema>(
  schema: S,
  text: string,
  refuse: (why: string, cause?: unknown) => Error,
): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse('it is no JSON', cause);
  }
  return parse(schema, value, (fault) => refuse(inWords(fault)));
}

function modelOf(file: Uint8Array, refuse: (why: string, cause?: unknown) => Error): Int8Model {
  try {
    return parseInt8Model(file);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
