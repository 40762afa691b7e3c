// Changes to a file: bytes anywhere, values of JSON, and both inside a zip or behind a header's length, so that what is wrong
// is not always the outermost thing. Seeded. Not for judging: judge.ts.
import { zipSync } from 'fflate';
import type { Rng } from '../../src/core/rng';
import { readZip } from '../../src/import/zip';

/** @param others files of the same kind, to take pieces from */
export type Mutate = (file: Uint8Array, rng: Rng, others: readonly Uint8Array[]) => Uint8Array;

const pick = <T>(rng: Rng, of: readonly T[]): T => of[rng.below(of.length)];
/** Numbers at which readers go wrong. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x40000, 0x7fffffff, 0x80000000, 0xffffffff];
/** Of a file that a mutation makes. */
const LONGEST = 1 << 16;

const BYTES: readonly Mutate[] = [
  // One bit, one byte, one number.
  (file, rng) => at(file, rng, 1, (view, i) => view.setUint8(i, view.getUint8(i) ^ (1 << rng.below(8)))),
  (file, rng) => at(file, rng, 1, (view, i) => view.setUint8(i, rng.below(256))),
  (file, rng) => at(file, rng, 4, (view, i) => view.setUint32(i, pick(rng, EDGES), rng.below(4) > 0)),
  (file, rng) =>
    at(file, rng, 8, (view, i) => view.setBigUint64(i, BigInt(pick(rng, EDGES)) << BigInt(pick(rng, [0, 32])), true)),
  // Truncated, cut, repeated, swapped, spliced.
  (file, rng) => file.slice(0, rng.below(file.length + 1)),
  (file, rng) => {
    const [from, to] = span(file, rng);
    return joined(file.subarray(0, from), file.subarray(to));
  },
  (file, rng) => {
    const [from, to] = span(file, rng);
    return joined(file.subarray(0, to), file.subarray(from, to), file.subarray(to));
  },
  (file, rng) => {
    const [from, to] = span(file, rng);
    const middle = Math.floor((from + to) / 2);
    return joined(file.subarray(0, from), file.subarray(middle, to), file.subarray(from, middle), file.subarray(to));
  },
  (file, rng, others) => {
    const other = pick(rng, others);
    return joined(file.subarray(0, rng.below(file.length + 1)), other.subarray(rng.below(other.length + 1)));
  },
];

/** Bytes, whatever they mean. */
export const bytes: Mutate = (file, rng, others) => pick(rng, BYTES)(file, rng, others).slice(0, LONGEST);

function at(file: Uint8Array, rng: Rng, width: number, change: (view: DataView, i: number) => void): Uint8Array {
  const copy = file.slice();
  if (copy.length >= width) change(new DataView(copy.buffer), rng.below(copy.length - width + 1));
  return copy;
}

function span(file: Uint8Array, rng: Rng): readonly [number, number] {
  const ends = [rng.below(file.length + 1), rng.below(file.length + 1)];
  return [Math.min(...ends), Math.max(...ends)];
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}

/** Values in the place of others. */
const ODD: readonly unknown[] = [
  ...[
    null,
    true,
    '',
    'x',
    '__proto__',
    'constructor',
    '\u0000',
    [],
    {},
    [[]],
    -1,
    0.5,
    1e308,
    -0,
    2 ** 18,
    2 ** 31,
    2 ** 53,
  ],
];

const text = (file: Uint8Array): string => new TextDecoder().decode(file);
const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** JSON with values changed, fields renamed or dropped, lists grown; what is no JSON is changed as bytes. */
export const json: Mutate = (file, rng, others) => {
  let root: unknown;
  try {
    root = JSON.parse(text(file));
  } catch {
    return bytes(file, rng, others);
  }
  const holder = { root };
  const places: [object, string][] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || places.length > 500) return;
    for (const key of Object.keys(value)) {
      places.push([value, key]);
      collect((value as Record<string, unknown>)[key]);
    }
  };
  collect(holder);
  const [parent, key] = pick(rng, places);
  const fields = parent as Record<string, unknown>;
  const value = fields[key];
  switch (rng.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete fields[key];
      break;
    case 1:
      // As JSON.parse makes it: a field of its own.
      Object.defineProperty(parent, pick(rng, ['__proto__', 'constructor', 'toString', 'extra']), {
        ...{ value, enumerable: true, configurable: true, writable: true },
      });
      break;
    case 2:
      fields[key] = typeof value === 'number' ? pick(rng, EDGES) * pick(rng, [1, -1, 0.5]) : [value, value];
      break;
    case 3:
      if (Array.isArray(value)) value.push(...(value.length > 0 ? (value as unknown[]).slice(0, 50) : [0]));
      else fields[key] = { value };
      break;
    default:
      fields[key] = structuredClone(pick(rng, ODD));
  }
  return encoded(holder.root).slice(0, LONGEST);
};

/** What can be unpacked; nothing of what is no zip any more. Not by fflate, which believes what a directory says of itself. */
function entriesOf(file: Uint8Array): Record<string, Uint8Array> {
  try {
    return Object.fromEntries([...readZip(file).values()].map((entry) => [entry.name, entry.read()]));
  } catch {
    return {};
  }
}

/** Inside one entry of a zip, which is whole again afterwards. @param mend what other entries say of it */
export const inZip =
  (inner: Mutate, mend: (entries: Record<string, Uint8Array>) => void = () => {}): Mutate =>
  (file, rng, others) => {
    const entries = entriesOf(file);
    const names = Object.keys(entries);
    if (names.length === 0) return bytes(file, rng, others);
    const name = pick(rng, names);
    const changed: Record<string, Uint8Array> = { ...entries, [name]: inner(entries[name], rng, [entries[name]]) };
    mend(changed);
    return zipSync(changed, { level: pick(rng, [0, 6]) }).slice(0, LONGEST);
  };

/** Inside a header whose length, of so many bytes, stands before it. */
export const inHeader =
  (lengthAt: number, width: 4 | 8, inner: Mutate): Mutate =>
  (file, rng, others) => {
    const start = lengthAt + width;
    if (file.length < start) return bytes(file, rng, others);
    const length = new DataView(file.buffer, file.byteOffset).getUint32(lengthAt, true);
    const header = inner(file.slice(start, start + length), rng, others);
    const whole = joined(file.subarray(0, start), header, file.subarray(start + length));
    new DataView(whole.buffer).setUint32(lengthAt, header.length, true);
    return whole;
  };
