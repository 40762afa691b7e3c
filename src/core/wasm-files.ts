// The page's .wasm files, downloaded like the data: listed in a manifest, retried, verified, kept for a visit offline.
// Not for which build a browser can run, nor for compiling: src/engine and src/device decide that.
import type * as v from 'valibot';
import { Downloader, type DownloadOptions } from './fetch-verified';
import { badManifest, FilesSchema, parseManifest } from './manifest';
import { exactly, object } from './schema';

const WasmManifestSchema = object({ version: exactly(1), files: FilesSchema });
/** What scripts/list-wasm.ts writes beside the files. */
export type WasmManifest = v.InferOutput<typeof WasmManifestSchema>;

/**
 * The bytes of one file.
 * @param wasmBase folder of the .wasm files, ending in '/'
 * @throws PlaygroundError 'network', 'checksum', or 'bad-file' (a web page came instead, or the file is not listed)
 */
export async function fetchWasm(
  wasmBase: string,
  file: string,
  options?: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const downloader = new Downloader(wasmBase, options);
  const { files } = parseManifest(WasmManifestSchema, await downloader.manifest());
  const listed = files.find((entry) => entry.file === file);
  if (!listed) throw badManifest(`it does not list ${file}`);
  return (await downloader.file(listed)).data;
}
