// Kept runs as one zip: a folder a run, and a manifest with the SHA-256 of every entry. Read whole and held against its
// schemas before anything of it is given out. Its form: docs/formats.md. Not for storing what it brings: store.ts.
import { Zip, ZipPassThrough } from 'fflate';
import * as v from 'valibot';
import { sha256 } from '../core/fetch-verified';
import { exactly, object, text, whole } from '../core/schema';
import { quoted, refusal, refuse, type FileKind } from '../import/refuse';
import { readZip, type ZipEntry } from '../import/zip';
import { KeptRecipeSchema } from '../recipe/recipe';
import { toFile } from '../recipe/recipe-text';
import { ofJson, opened, PARTS, type Contents } from './contents';
import { RUN_ENTRIES, RunRecordSchema } from './record';
import type { WholeRun } from './store';

const ARCHIVE: FileKind = {
  what: 'an archive of kept runs',
  hint: 'Choose a zip that this page has written; nothing of this one was taken over.',
};
const FORMAT = 'qat-playground-runs';
const VERSION = 1;
const MANIFEST = 'manifest.json';
/** The record but for its recipe, which is a file as this page takes it anywhere. */
const [RECORD, RECIPE] = ['run.json', 'recipe.json'];
/** Largest text, of a run of many steps; and largest integer file. */
const MOST_TEXT = 16 * 2 ** 20;
const MOST_MODEL = 64 * 2 ** 20;
/** Runs of an archive. */
const MOST_RUNS = 1000;
/** zip holds times; this one says nothing. */
const NO_TIME = new Date(1980, 0, 1);

const ManifestSchema = object({
  format: v.literal(FORMAT, `"${FORMAT}"`),
  version: exactly(VERSION),
  runs: whole(0, MOST_RUNS),
  /** But for the manifest itself. */
  files: v.record(
    text,
    object({
      bytes: whole(0),
      sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal')),
    }),
    'an object',
  ),
});
type Manifest = v.InferOutput<typeof ManifestSchema>;
const RecordSchema = object(RUN_ENTRIES);

/** Written a run at a time: no more than one is held beside what the browser holds of the archive. */
export async function writeArchive(runs: AsyncIterable<WholeRun>): Promise<Blob> {
  let pieces: BlobPart[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece as Uint8Array<ArrayBuffer>);
  });
  const add = (path: string, bytes: Uint8Array) => {
    const entry = new ZipPassThrough(path);
    entry.mtime = NO_TIME;
    zip.add(entry);
    entry.push(bytes, true);
  };
  const manifest: Manifest = { format: FORMAT, version: VERSION, runs: 0, files: {} };
  for await (const run of runs) {
    const folder = folderOf(manifest.runs++);
    for (const [name, bytes] of filesOf(run)) {
      manifest.files[folder + name] = { bytes: bytes.length, sha256: await sha256(bytes) };
      add(folder + name, bytes);
    }
    pieces = [new Blob(pieces)];
  }
  add(MANIFEST, encoded(`${JSON.stringify(manifest, null, 2)}\n`));
  zip.end();
  return new Blob(pieces, { type: 'application/zip' });
}

const folderOf = (run: number): string => `runs/${run + 1}/`;
const encoded = (text: string) => new TextEncoder().encode(text);

function filesOf({ record: { recipe, ...record }, contents }: WholeRun): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map([
    [RECORD, encoded(`${JSON.stringify(record, null, 2)}\n`)],
    [RECIPE, encoded(toFile(recipe))],
  ]);
  const { report, results, model, ptq } = contents ?? {};
  if (report !== undefined) files.set(PARTS.report, encoded(report));
  if (results !== undefined) files.set(PARTS.results, encoded(results));
  if (model) files.set(PARTS.model, model);
  if (ptq) files.set(PARTS.ptq, ptq);
  return files;
}

/** What an archive brings, and what its entries are to be held against yet: SHA-256 takes its time. */
export interface ReadArchive {
  readonly runs: readonly WholeRun[];
  /** @throws PlaygroundError 'bad-file' naming the first entry that is not what the manifest says */
  verify(): Promise<void>;
}

/** @throws PlaygroundError 'bad-file' naming the entry and what is wrong with it */
export function readArchive(file: Uint8Array): ReadArchive {
  const entries = readZip(file);
  const manifest = manifestOf(entries);
  const read = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [path, { bytes }] of Object.entries(manifest.files)) {
    const entry = entries.get(path);
    if (!entry) wrong(path, 'it is missing');
    if (entry.bytes !== bytes) wrong(path, 'it is not as long as the manifest says');
  }
  const take = (path: string): Uint8Array<ArrayBuffer> | undefined => {
    const entry = entries.get(path);
    if (!entry) return undefined;
    if (!Object.hasOwn(manifest.files, path)) wrong(path, 'the manifest does not list it');
    const bytes = bytesOf(entry, path.endsWith('.int8') ? MOST_MODEL : MOST_TEXT);
    read.set(path, bytes);
    return bytes;
  };
  const runs = Array.from({ length: manifest.runs }, (_, i) => runOf(folderOf(i), take));
  for (const path of entries.keys()) if (path !== MANIFEST && !read.has(path)) wrong(path, 'it belongs to no run');
  const ids = new Set<string>();
  runs.forEach(({ record: { id } }, i) => {
    if (ids.has(id)) wrong(folderOf(i) + RECORD, 'another run has its id');
    ids.add(id);
  });
  return {
    runs,
    async verify() {
      for (const [path, bytes] of read)
        if ((await sha256(bytes)) !== manifest.files[path].sha256) wrong(path, 'its SHA-256 is not the manifest’s');
    },
  };
}

function manifestOf(entries: ReadonlyMap<string, ZipEntry>): Manifest {
  const entry = entries.get(MANIFEST);
  if (!entry) refuse(ARCHIVE, `it has no ${MANIFEST}`);
  return ofJson(ManifestSchema, decoded(bytesOf(entry, MOST_TEXT), MANIFEST), entryError(MANIFEST));
}

function runOf(folder: string, take: (path: string) => Uint8Array<ArrayBuffer> | undefined): WholeRun {
  const textOf = (name: string): string | undefined => {
    const bytes = take(folder + name);
    return bytes && decoded(bytes, folder + name);
  };
  const needed = (name: string): string => textOf(name) ?? wrong(folder + name, 'it is missing');
  const marks = ofJson(RecordSchema, needed(RECORD), entryError(folder + RECORD));
  const recipe = ofJson(KeptRecipeSchema, needed(RECIPE), entryError(folder + RECIPE));
  // Field by field as the database has it.
  const record = v.parse(RunRecordSchema, { ...marks, recipe });
  const [report, results] = [textOf(PARTS.report), textOf(PARTS.results)];
  const [model, ptq] = [take(folder + PARTS.model), take(folder + PARTS.ptq)];
  if (results === undefined) {
    if (report !== undefined || model || ptq) wrong(folder + PARTS.results, 'it is missing');
    return { record };
  }
  const files = { ...(model && { model }), ...(ptq && { ptq }) };
  const contents: Contents = { results, ...(report !== undefined && { report }), ...files };
  opened(record, contents, (part, why, cause) => entryError(folder + part)(why, cause));
  return { record, contents };
}

function bytesOf(entry: ZipEntry, most: number): Uint8Array<ArrayBuffer> {
  if (entry.bytes > most) wrong(entry.name, `it is larger than ${most / 2 ** 20} MiB`);
  // Out of the archive: each stands for itself.
  return entry.read().slice();
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    return wrong(path, 'it is no text', cause);
  }
}

/** The error for what is wrong with an entry. */
const entryError =
  (path: string) =>
  (why: string, cause?: unknown): Error =>
    refusal(ARCHIVE, `${quoted(path)}: ${why}`, cause);

function wrong(path: string, why: string, cause?: unknown): never {
  throw entryError(path)(why, cause);
}
