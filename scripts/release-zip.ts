// A zip of files with the SHA-256 of each, the same bytes for the same files. Not for which files: release.ts.
import { createHash } from 'node:crypto';
import { zipSync, type Zippable } from 'fflate';

/** What gains nothing by being compressed again. */
const COMPRESSED = /\.(bin|png)$/;
/** The first day that a zip can tell. */
const NO_TIME = '1980-01-01T00:00:00';
/** As sha256sum writes and checks them. */
export const SUMS = 'SHA256SUMS';

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** @param files by path, with '/' between folders */
export function zipWithSums(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const sums = sorted.map(([path, content]) => `${sha256(content)}  ${path}\n`).join('');
  const all = [...sorted, [SUMS, new TextEncoder().encode(sums)] as const];
  const entries = all.map(([path, content]) => [path, [content, { level: COMPRESSED.test(path) ? 0 : 9 }]] as const);
  return zipSync(Object.fromEntries(entries) as Zippable, { mtime: NO_TIME });
}
