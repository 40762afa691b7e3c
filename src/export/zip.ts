// Files in one zip, stored as they are; the same files give the same bytes. Not for reading zips.
import { zipSync, type Zippable } from 'fflate';

/** zip holds times; this one says nothing. */
const NO_TIME = new Date(1980, 0, 1);

/** @param files by their paths, in this order */
export function zipped(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(files).map(([path, bytes]) => [path, [bytes, { level: 0, mtime: NO_TIME }]] as const);
  return zipSync(Object.fromEntries(all) as Zippable) as Uint8Array<ArrayBuffer>;
}
