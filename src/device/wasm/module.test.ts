// What sharing tfjs's memory demands of the built modules: no data of their own in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WASM_FOLDER } from './testing';

const DATA_SECTION = 11;

/** Ids of a WASM file's sections. */
function sections(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    ids.push(bytes[at++]);
    let size = 0;
    let shift = 0;
    for (;;) {
      const byte = bytes[at++];
      size |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) break;
    }
    at += size;
  }
  return ids;
}

test.each(['kernels', 'kernels-relaxed', 'kernels-shared', 'kernels-relaxed-shared'])(
  '%s has no data section',
  (name) => {
    const found = sections(readFileSync(join(WASM_FOLDER, `${name}.wasm`)));
    expect(found).toContain(10);
    expect(found).not.toContain(DATA_SECTION);
  },
);
