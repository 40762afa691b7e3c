// Values from outside (files, storage, addresses, arguments) held against a valibot schema: the first fault, in words.
// Also the pieces schemas share; their messages say what may be there. Not for one thing's schema: it stands by its reader.
import * as v from 'valibot';

/** What is wrong with a value. */
export interface Fault {
  /** Where: 'steps', 'tensors[3].shape'; 'it' for the whole. */
  readonly field: string;
  /** The field and what is there: 'steps is 0', 'steps is missing', 'colour is unknown'. */
  readonly what: string;
  /** What may be there: 'a whole number from 1 to 512'; empty when the field itself may not. */
  readonly may: string;
}

/** The first fault of a value; undefined when it fits. */
export function faultOf(schema: v.GenericSchema, value: unknown): Fault | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  return issues && explain(issues[0]);
}

/**
 * The value, copied field by field: nothing of it that the schema does not name gets through.
 * @throws what `refuse` makes of the first fault
 */
export function parse<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  refuse: (fault: Fault) => Error,
): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!success) throw refuse(explain(issues[0]));
  return output;
}

/** A fault as half a sentence: 'steps is 0, not a whole number from 1 to 512'. */
export const inWords = ({ what, may }: Fault): string => (may ? `${what}, not ${may}` : what);

/** An object with these fields and no others. */
export const object = <const E extends v.ObjectEntries>(entries: E) => v.strictObject(entries, 'an object');

/** An object with these fields; others are passed over. */
export const openObject = <const E extends v.ObjectEntries>(entries: E) => v.object(entries, 'an object');

/** A list of at least one. */
export const list = <S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item, 'a list'), v.nonEmpty('a list with something in it'));

/** A whole number, both ends included. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER) {
  const may = `a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${digits(min)}` : between(min, max)}`;
  return v.pipe(v.number(may), v.safeInteger(may), v.minValue(min, may), v.maxValue(max, may));
}

/** A number, both ends included. */
export function real(min: number, max: number) {
  const may = `a number ${between(min, max)}`;
  return v.pipe(v.number(may), v.minValue(min, may), v.maxValue(max, may));
}

export const finite = v.pipe(v.number('a number'), v.finite('a finite number'));
export const text = v.string('text');
export const flag = v.boolean('true or false');

/** One of a few words. */
export const oneOf = <const T extends readonly string[]>(words: T) =>
  v.picklist(words, `one of ${words.map((word) => `"${word}"`).join(', ')}`);

/** This very number. */
export const exactly = <const N extends number>(n: N) => v.literal(n, String(n));

/** A number as messages have it: 10,000 and 1e-8. */
export const digits = (n: number): string =>
  n > 0 && n < 1e-4 ? n.toExponential() : n.toLocaleString('en', { maximumSignificantDigits: 21 });
const between = (min: number, max: number): string => `from ${digits(min)} to ${digits(max)}`;

/** Longest piece of a foreign text that is repeated in a message. */
const LONGEST = 40;

function explain(issue: v.BaseIssue<unknown>): Fault {
  const path = issue.path ?? [];
  const last = path.at(-1);
  // To valibot a list is an object without the fields.
  if (Array.isArray(last?.input) && typeof last.key === 'string')
    return { ...at(path.slice(0, -1), last.input), may: 'an object' };
  // Only an object's issue over its own keys has a path that ends in one.
  if (last?.origin !== 'key') return { ...at(path, issue.input), may: issue.message };
  const { field } = at(path);
  return { field, what: `${field} is ${issue.expected === 'never' ? 'unknown' : 'missing'}`, may: '' };
}

function at(path: readonly { readonly key: unknown }[], value?: unknown): Pick<Fault, 'field' | 'what'> {
  const field = path.reduce((before, { key }) => before + step(key, before === ''), '') || 'it';
  return { field, what: `${field} is ${print(value)}` };
}

function step(key: unknown, first: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  if (!/^\w+$/.test(name) || name.length > LONGEST) return `[${print(name)}]`;
  return first ? name : `.${name}`;
}

function print(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
