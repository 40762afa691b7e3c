// An error with all that caused it: as plain data that any boundary lets through, and as text for a report.
// Not for what a visitor is told first: errors.ts.
import { PlaygroundError, type ErrorCode } from './errors';

/** An error in texts alone. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Of a PlaygroundError. */
  readonly playground?: { readonly code: ErrorCode; readonly hint: string };
  readonly cause?: PlainError;
}

/** Causes deeper than this are left out; they may go round in a circle. */
const DEEPEST = 8;

/** Anything that was thrown, with its causes. */
export function toPlain(thrown: unknown, depth = 0): PlainError {
  if (!(thrown instanceof Error)) return { name: 'Thrown', message: printed(thrown), stack: '' };
  const { name, message, stack = '', cause } = thrown;
  return {
    name,
    message,
    stack,
    ...(thrown instanceof PlaygroundError && { playground: { code: thrown.code, hint: thrown.hint } }),
    ...(cause !== undefined && depth < DEEPEST && { cause: toPlain(cause, depth + 1) }),
  };
}

/** The error again; a PlaygroundError as one, any other as an Error of its name. */
export function toError({ name, message, stack, playground, cause }: PlainError): Error {
  const options = cause && { cause: toError(cause) };
  if (!playground) return Object.assign(new Error(message, options), { name, stack });
  return Object.assign(new PlaygroundError(playground.code, message, playground.hint, options), { stack });
}

/** Name, message and stack, then the same of each cause. */
export function errorText(thrown: unknown): string {
  const { name, message, stack, cause } = toPlain(thrown);
  const own = [`${name}: ${message}`, ...frames(stack)].join('\n');
  return cause ? `${own}\nCaused by: ${errorText(toError(cause))}` : own;
}

/** errorText of an error's cause; undefined when it has none. */
export const causeText = ({ cause }: Error): string | undefined => (cause === undefined ? undefined : errorText(cause));

/** The stack without the line some browsers begin it with. */
const frames = (stack: string): string[] => stack.split('\n').filter((line) => /^\s*at |@/.test(line));

function printed(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value without a text';
  }
}
