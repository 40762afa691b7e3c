// The page's .wasm files, downloaded like the data: listed in a manifest, retried, verified, kept for a visit offline.
// Not for which build a browser can run, nor for compiling: src/engine and src/train decide that.
import { Downloader, type DownloadOptions, type ListedFile } from './fetch-verified';
import { asFiles, asRecord, badManifest, demand } from './manifest';

/** What scripts/list-wasm.ts writes beside the files. */
export interface WasmManifest {
  readonly version: 1;
  readonly files: readonly ListedFile[];
}

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
  const { version, files } = asRecord(await downloader.manifest(), 'it');
  demand(version === 1, `version ${String(version)} is not 1`);
  const listed = asFiles(files, 'files').find((entry) => entry.file === file);
  if (!listed) throw badManifest(`it does not list ${file}`);
  return (await downloader.file(listed)).data;
}
