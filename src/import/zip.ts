// Zip archives by their central directory (PKWARE's APPNOTE 6.3.10): stored and deflated entries, zip64 too. An entry is
// read when it is asked for, never beyond the size it declares, and held against its CRC-32. Not for writing: fflate does.
import { Inflate } from 'fflate';
import { ByteReader } from './bytes';
import { crc32 } from './crc32';
import { MOST_BYTES, quoted, refuse } from './refuse';

const ZIP = { what: 'a zip archive', hint: 'Choose the file as it was made, or pack it anew.' };

/** Entries of an archive that is opened: the pictures of a large set, and no more. */
const MOST_ENTRIES = 100_000;
/** Deflate makes at most this of a byte. */
const MOST_INFLATED = 1032;
const [END, END_64, LOCATOR_64, ENTRY, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const MOST_COMMENT = 0xffff;
const [IN_16, IN_32] = [0xffff, 0xffffffff];
const ENCRYPTED = 1;
const [STORED, DEFLATED] = [0, 8];
const ZIP64_FIELD = 1;

export interface ZipEntry {
  /** As the archive has it: never a path to write to. */
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  /** @throws PlaygroundError 'bad-file' naming the entry */
  read(): Uint8Array;
}

interface Listed {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly at: number;
}

export const isZip = (file: Uint8Array): boolean => file[0] === 0x50 && file[1] === 0x4b && file[2] <= 5;

/** Entries by name, folders left out. @throws PlaygroundError 'bad-file'; nothing is unpacked yet */
export function readZip(file: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const { count, at, bytes } = directoryOf(file);
  const reader = readerOf(file, at);
  const end = at + bytes;
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    const listed = entryAt(reader);
    if (reader.at > end) refuse(ZIP, 'its directory is longer than it says');
    if (listed.name.endsWith('/')) continue;
    if (entries.has(listed.name)) refuse(ZIP, `${quoted(listed.name)} is in it twice`);
    total += listed.bytes;
    if (total > MOST_BYTES) refuse(ZIP, 'unpacked it is larger than 512 MiB');
    entries.set(listed.name, { name: listed.name, bytes: listed.bytes, read: () => unpacked(file, listed) });
  }
  return entries;
}

const readerOf = (file: Uint8Array, at: number) => new ByteReader(file, () => refuse(ZIP, 'it ends early'), at);

/** Where the central directory is. */
function directoryOf(file: Uint8Array): { readonly count: number; readonly at: number; readonly bytes: number } {
  const end = endOf(file);
  const reader = readerOf(file, end + 8);
  reader.u16();
  let [count, bytes, at] = [reader.u16(), reader.u32(), reader.u32()];
  if (count === IN_16 || bytes === IN_32 || at === IN_32) {
    const locator = readerOf(file, end - LOCATOR_BYTES);
    if (locator.u32() !== LOCATOR_64) refuse(ZIP, 'its zip64 directory is missing');
    locator.u32();
    const record = readerOf(file, locator.u64());
    if (record.u32() !== END_64) refuse(ZIP, 'its zip64 directory is missing');
    record.at += 28;
    [count, bytes, at] = [record.u64(), record.u64(), record.u64()];
  }
  if (count > MOST_ENTRIES) refuse(ZIP, `it has ${count.toLocaleString('en')} entries; 100,000 are the most`);
  if (at + bytes > file.length) refuse(ZIP, 'it ends early');
  return { count, at, bytes };
}

/** The last record of an archive; a comment may follow it. */
function endOf(file: Uint8Array): number {
  const first = Math.max(0, file.length - END_BYTES - MOST_COMMENT);
  for (let at = file.length - END_BYTES; at >= first; at--) if (readerOf(file, at).u32() === END) return at;
  return refuse(ZIP, 'it has no directory at its end');
}

function entryAt(reader: ByteReader): Listed {
  if (reader.u32() !== ENTRY) refuse(ZIP, 'its directory is damaged');
  reader.u32();
  const flags = reader.u16();
  const method = reader.u16();
  reader.u32();
  const crc = reader.u32();
  let [packed, bytes] = [reader.u32(), reader.u32()];
  const [nameBytes, extraBytes, commentBytes] = [reader.u16(), reader.u16(), reader.u16()];
  reader.piece(8);
  let at = reader.u32();
  const name = reader.text(nameBytes);
  const extra = readerOf(reader.piece(extraBytes), 0);
  reader.piece(commentBytes);
  while (extra.left >= 4) {
    const [id, length] = [extra.u16(), extra.u16()];
    const field = readerOf(extra.piece(length), 0);
    if (id !== ZIP64_FIELD) continue;
    if (bytes === IN_32) bytes = field.u64();
    if (packed === IN_32) packed = field.u64();
    if (at === IN_32) at = field.u64();
  }
  if (flags & ENCRYPTED) refuse(ZIP, `${quoted(name)} is encrypted`);
  if (method !== STORED && method !== DEFLATED) refuse(ZIP, `${quoted(name)} is packed by a method other than deflate`);
  if (bytes > (method === STORED ? packed : MOST_INFLATED * packed))
    refuse(ZIP, `the sizes of ${quoted(name)} are wrong`);
  return { name, method, crc, packed, bytes, at };
}

function unpacked(file: Uint8Array, { name, method, crc, packed, bytes, at }: Listed): Uint8Array {
  const reader = readerOf(file, at);
  if (reader.u32() !== LOCAL) refuse(ZIP, `${quoted(name)} is not where its directory says`);
  reader.piece(22);
  const [nameBytes, extraBytes] = [reader.u16(), reader.u16()];
  reader.piece(nameBytes + extraBytes);
  const content = reader.piece(packed);
  const data = method === STORED ? content.subarray(0, bytes) : inflated(content, bytes, name);
  if (crc32(data) !== crc) refuse(ZIP, `${quoted(name)} is damaged`);
  return data;
}

/** Small enough for what it inflates to to be stopped in time. */
const PIECE = 1 << 14;

function inflated(packed: Uint8Array, bytes: number, name: string): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  const inflate = new Inflate((piece) => {
    if (at + piece.length > bytes) refuse(ZIP, `${quoted(name)} is larger than it says`);
    whole.set(piece, at);
    at += piece.length;
  });
  try {
    for (let start = 0; start < packed.length; start += PIECE)
      inflate.push(packed.subarray(start, start + PIECE), start + PIECE >= packed.length);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'PlaygroundError') throw cause;
    refuse(ZIP, `${quoted(name)} is damaged`, cause);
  }
  if (at !== bytes) refuse(ZIP, `${quoted(name)} is smaller than it says`);
  return whole;
}
