// What manifests of downloads have in common: their list of files, and how a damaged one is refused.
// Not for what else is in them: each stands beside its reader.
import * as v from 'valibot';
import { PlaygroundError } from './errors';
import { inWords, list, object, parse, text, whole } from './schema';

/** No listed file is larger: it must be held in memory whole. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

const ListedFileSchema = object({
  /** Relative to the manifest, and beside it. */
  file: v.pipe(text, v.regex(/^[\w-]+\.(bin|wasm)$/, 'the name of a .bin or .wasm file')),
  bytes: whole(1, MAX_FILE_BYTES),
  /** Of the file as stored. */
  sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal')),
});

/** A file as a manifest lists it. */
export type ListedFile = Readonly<v.InferOutput<typeof ListedFileSchema>>;
/** Files beside a manifest, at least one. */
export const FilesSchema = list(ListedFileSchema);

/** 'bad-file' with one sentence on what is wrong with the manifest. */
export function badManifest(what: string): PlaygroundError {
  return new PlaygroundError(
    'bad-file',
    `The manifest is damaged: ${what}.`,
    'Reload the page; if it stays so, prepare the files on the server again.',
  );
}

/** @throws PlaygroundError 'bad-file' naming the first field that is missing, unknown or not what it may be */
export const parseManifest = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> =>
  parse(schema, value, (fault) => badManifest(inWords(fault)));

/** @throws PlaygroundError 'bad-file' naming `what` unless the condition holds */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw badManifest(what);
}
