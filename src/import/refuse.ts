// How a file from outside is refused: which file, what is wrong with it, what to do. Not for what is right: the readers.
import { PlaygroundError } from '../core/errors';

/** Largest file that is read at all: a few times a network with its optimizer's state. */
export const MOST_BYTES = 512 * 1024 * 1024;
/** Values that one tensor, and all of a file, may have. */
export const MOST_VALUES = 64 * 1024 * 1024;
/** Images of a set: of 32 x 32 pixels as many as MOST_VALUES holds. */
export const MOST_IMAGES = 20_000;
/** Classes that a network may tell apart. */
export const CLASSES = { min: 2, max: 100 };

/** What is said of a file: what it was taken for, and what would be right. */
export interface FileKind {
  /** 'a zip archive' */
  readonly what: string;
  /** A sentence. */
  readonly hint: string;
}

/** The error for a file that is refused. */
export const refusal = ({ what, hint }: FileKind, why: string, cause?: unknown): PlaygroundError =>
  new PlaygroundError('bad-file', `This file cannot be read as ${what}: ${why}.`, hint, { cause });

/** @throws PlaygroundError 'bad-file' always */
export function refuse(kind: FileKind, why: string, cause?: unknown): never {
  throw refusal(kind, why, cause);
}

/** A name out of a file as messages have it: short, quoted, nothing unprintable. */
export function quoted(name: string): string {
  const short = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return JSON.stringify(short);
}
