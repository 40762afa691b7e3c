// What went wrong, by the code of its error.
import type { ErrorCode } from '../../../core/errors';

interface Sentences {
  /** What happened. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

export const problems = {
  /** In place of English sentences. */
  byCode: undefined as Readonly<Record<ErrorCode, Sentences>> | undefined,
  /** Says whether a sentence is in the page's language, as those of errors are that the page's own parts throw. */
  speaks: (sentence: string) => sentence !== '',
  /** Before an error's own sentences, where they stand below those of its code. */
  original: 'In detail:',
};
