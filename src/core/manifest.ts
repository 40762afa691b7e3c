// Checks of values that came from JSON, with errors that name the place. For manifests of downloads.
// Not for options or user input.
import { PlaygroundError } from './errors';
import type { ListedFile } from './fetch-verified';

/** No listed file is larger: it must be held in memory whole. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** 'bad-file' with one sentence on what the manifest lacks. */
export function badManifest(what: string): PlaygroundError {
  return new PlaygroundError(
    'bad-file',
    `The manifest is damaged: ${what}.`,
    'Reload the page; if it stays so, prepare the files on the server again.',
  );
}

/** @throws PlaygroundError 'bad-file' naming `what` unless the condition holds */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw badManifest(what);
}

/** A whole number of at least `min`. */
export function isWhole(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

/** value as an object whose fields are still unchecked. */
export function asRecord(value: unknown, what: string): Record<string, unknown> {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is not an object`);
  return value as Record<string, unknown>;
}

/** value as a list of files beside the manifest. */
export function asFiles(value: unknown, what: string): ListedFile[] {
  demand(Array.isArray(value) && value.length > 0, `${what} is not a list of files`);
  return value.map((item: unknown, i) => {
    const { file, bytes, sha256 } = asRecord(item, `${what}[${i}]`);
    demand(typeof file === 'string' && /^[\w-]+\.(bin|wasm)$/.test(file), `${what}[${i}].file is no file name`);
    demand(isWhole(bytes, 1) && bytes <= MAX_FILE_BYTES, `${what}[${i}].bytes is no size up to 64 MiB`);
    demand(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256), `${what}[${i}].sha256 is no SHA-256`);
    return { file, bytes, sha256 };
  });
}
