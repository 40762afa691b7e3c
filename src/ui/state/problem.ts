// What a visitor is told of work that failed. Not for where it is shown, nor for mistakes of the page's own.
import { PlaygroundError, type ErrorCode } from '../../core/errors';
import { words } from '../words/words.svelte';

export interface Problem {
  /** Of its error, which is English; undefined where the page itself says it, in its language. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** What is said of it. */
interface Told {
  readonly message: string;
  readonly hint: string;
  /** What it says itself, in English; undefined where that is said already. */
  readonly original?: string;
}

/** Of what was thrown; a mistake of the page's own is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof PlaygroundError) return error;
  throw error;
}

/** What a visitor is told of work that fails. */
export async function failureOf(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

/** In the page's language: its own sentences in English, else those of its code, with its own beside them. */
export function told({ code, message, hint }: Problem): Told {
  const { byCode, speaks } = words().problems;
  const sentences = code && !speaks(message) && byCode?.[code];
  return sentences ? { ...sentences, original: `${message} ${hint}` } : { message, hint };
}

/** To be read out. */
export function inShort(problem: Problem): string {
  const { message, hint } = told(problem);
  return `${message} ${hint}`;
}
