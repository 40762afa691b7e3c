// One error type for everything a visitor may be told: what happened (message) and what to do (hint).
// Not for programming mistakes: those stay plain Errors.

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
  | 'stopped';

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
