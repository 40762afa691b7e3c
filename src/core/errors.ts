// One error type for everything a visitor may be told: what happened (message) and what to do (hint).
// Programming mistakes stay plain Errors where they happen; `bug` tells of them.

/** Stable machine-readable names of what can go wrong; tests and the page match on these. */
export type ErrorCode =
  | 'network'
  | 'checksum'
  | 'bad-file'
  | 'bad-argument'
  | 'no-webgpu'
  | 'device-lost'
  | 'device-failed'
  | 'thread-lost'
  | 'out-of-memory'
  | 'diverged'
  | 'storage'
  | 'unsupported'
  | 'stopped'
  | 'bug';

/** An error with a sentence on what happened and one on what to do about it. */
export class PlaygroundError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PlaygroundError';
  }
}

/** What a visitor is told of an error that no part of the page foresaw. @param cause the error itself */
export function bug(cause: unknown): PlaygroundError {
  return new PlaygroundError(
    'bug',
    'Something in the page itself went wrong.',
    'Reload the page: what was saved is kept. If it happens again, please report the details.',
    { cause },
  );
}
