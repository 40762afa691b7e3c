// What a visitor is told of work that failed. Not for where it is shown, nor for mistakes of the page's own.
import { PlaygroundError } from '../../core/errors';

export interface Problem {
  readonly message: string;
  readonly hint: string;
}

/** Of what was thrown; a mistake of the page's own is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof PlaygroundError) return error;
  throw error;
}
